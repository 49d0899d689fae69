// The app's identity. It outlives the app: what clusters and resource groups grant to it stays when the app is made again.

@description('The region.')
param location string

@description('Names begin with it.')
param name string

@description('Tags of every resource.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${name}'
  location: location
  tags: tags
}

@description('The resource id.')
output id string = identity.id

@description('What roles are assigned to, and what ClusterRoleBindings of AKS with Entra ID name as user.')
output principalId string = identity.properties.principalId

@description('What the app signs in as.')
output clientId string = identity.properties.clientId
