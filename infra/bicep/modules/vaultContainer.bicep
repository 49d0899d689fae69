// The vault's container, with immutability of versions. It has no default time: Holdfast sets times by policy, and a default would also
// keep marks and holds, and lock disk images while they are written. Terraform deploys this module too, as compiled here, since azurerm
// has no such container.

@description('The vault\'s storage account.')
@minLength(3)
@maxLength(24)
param accountName string

@description('The container.')
@minLength(3)
@maxLength(63)
param containerName string

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: accountName

  resource blobService 'blobServices' existing = {
    name: 'default'
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: account::blobService
  name: containerName
  properties: {
    publicAccess: 'None'
    immutableStorageWithVersioning: { enabled: true }
  }
}

@description('The container\'s resource id.')
output id string = container.id
