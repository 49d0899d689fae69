// The app registration that the API's callers sign in to, with the roles that the app knows. No secret: the app only checks tokens.
// Deploying it needs the right to create applications in Entra ID.

extension microsoftGraphV1

var appRoles = loadJsonContent('../../shared/app-roles.json')

@description('The registration\'s name, unique in the tenant.')
param name string

resource application 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: name
  displayName: name
  signInAudience: 'AzureADMyOrg'
  identifierUris: ['api://${tenant().tenantId}/${name}']
  appRoles: [
    for role in appRoles: {
      id: role.id
      value: role.value
      displayName: role.displayName
      description: role.description
      allowedMemberTypes: ['User', 'Application']
      isEnabled: true
    }
  ]
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: [
      {
        id: '5d0f2b6c-0c1e-4a57-9b0e-6f0c6a4f7a10'
        value: 'access'
        type: 'Admin'
        isEnabled: true
        adminConsentDisplayName: 'Call Holdfast'
        adminConsentDescription: 'Call the API of Holdfast as the signed-in user, with the roles that the user has.'
      }
    ]
    // 'az account get-access-token' works without a consent of each user.
    preAuthorizedApplications: [
      {
        appId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
        delegatedPermissionIds: ['5d0f2b6c-0c1e-4a57-9b0e-6f0c6a4f7a10']
      }
    ]
  }
}

// Only who has a role gets a token.
resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: application.appId
  appRoleAssignmentRequired: true
}

@description('The client id.')
output clientId string = application.appId

@description('What callers ask a token for.')
output audience string = 'api://${tenant().tenantId}/${name}'

@description('Whose roles are assigned to users, groups and applications.')
output principalId string = principal.id
