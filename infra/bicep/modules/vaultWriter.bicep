// An identity's right to write points to a vault's container: the app's own, or that of the other region's app.

@description('The vault\'s storage account.')
param accountName string

@description('The vault\'s container.')
param containerName string

@description('Names of assignments are made of it: what distinguishes the app\'s identity from others.')
param assignee string

@description('Whom the app signs in as.')
param principalId string

@description('The name (a UUID) of the role Holdfast Vault Writer.')
param writerRole string

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: accountName

  resource blobService 'blobServices' existing = {
    name: 'default'

    resource container 'containers' existing = {
      name: containerName
    }
  }
}

resource writer 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account::blobService::container
  name: guid(account::blobService::container.id, assignee, 'vaultWriter')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', writerRole)
  }
}
