// The one right that Azure has on subscriptions only: listing the Kubernetes versions of a region, for clusters that restores make.

targetScope = 'subscription'

var role = loadJsonContent('../../shared/roles.json').subscription.versionReader

@description('Names of roles are unique in a tenant: theirs end with it.')
param name string

@description('Names of assignments are made of it: what distinguishes the app\'s identity from others.')
param assignee string

@description('Whom the app signs in as.')
param principalId string

resource versionReader 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, name, 'versionReader')
  properties: {
    roleName: '${role.name} (${name} ${substring(subscription().subscriptionId, 0, 8)})'
    description: role.description
    type: 'CustomRole'
    permissions: [{ actions: role.actions, notActions: [], dataActions: role.dataActions, notDataActions: [] }]
    assignableScopes: [subscription().id]
  }
}

resource versionReading 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, name, assignee, 'versionReader')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: versionReader.id
  }
}
