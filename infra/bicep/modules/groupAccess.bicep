// What the app may do in one resource group of protected clusters, their disks, or clusters to come.

var roles = loadJsonContent('../../shared/roles.json').builtIn

@description('Names of assignments are made of it: what distinguishes the app\'s identity from others.')
param assignee string

@description('Whom the app signs in as.')
param principalId string

@description('The names (UUIDs) of the custom roles, by their keys in roles.json.')
param customRoles object

@description('Capture clusters and disks: read AKS clusters, take snapshots.')
param capture bool

@description('Make disks for restores.')
param restoreDisks bool

@description('Make AKS clusters for restores.')
param newClusters bool

resource clusterReader 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (capture) {
  name: guid(resourceGroup().id, assignee, 'clusterReader')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', customRoles.clusterReader)
  }
}

resource diskSnapshots 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (capture) {
  name: guid(resourceGroup().id, assignee, 'diskSnapshots')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', customRoles.diskSnapshots)
  }
}

resource diskRestore 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (restoreDisks) {
  name: guid(resourceGroup().id, assignee, 'diskRestore')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', customRoles.diskRestore)
  }
}

resource clusterCreator 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (newClusters) {
  name: guid(resourceGroup().id, assignee, 'clusterCreator')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', customRoles.clusterCreator)
  }
}

// Restores into a cluster with Azure RBAC that the app has made.
resource clusterAdmin 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (newClusters) {
  name: guid(resourceGroup().id, assignee, roles.aksRbacClusterAdmin)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.aksRbacClusterAdmin)
  }
}
