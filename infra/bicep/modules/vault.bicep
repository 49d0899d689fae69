// The vault's storage: recovery points in a container that refuses deletion, and the control container beside it.

import { privateNetwork } from 'types.bicep'

var roles = loadJsonContent('../../shared/roles.json').builtIn

@description('The region.')
param location string

@description('Names begin with it.')
param name string

@description('The account\'s name.')
@minLength(3)
@maxLength(24)
param accountName string

@description('Tags of every resource.')
param tags object

@description('Zone-redundant storage.')
param zoneRedundant bool

@description('Days for which soft delete keeps blobs and containers.')
@minValue(7)
@maxValue(365)
param softDeleteDays int

@description('Days after which packs move to the cool tier.')
@minValue(30)
param coolAfterDays int

@description('Days after which packs move to the cold tier.')
@minValue(60)
param coldAfterDays int

@description('Days for which earlier versions of control documents are kept.')
@minValue(1)
param controlVersionDays int

@description('Whom the app signs in as.')
param principalId string

@description('The names (UUIDs) of the custom roles, by their keys in roles.json.')
param customRoles object

@description('Policies copy the files of volumes into this account (docs/operations.md, "Files of volumes").')
param fileExports bool

@description('Public addresses that may reach it; none: private endpoints only.')
param allowedIpRanges string[]

@description('Where private endpoints are made.')
param network privateNetwork

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: accountName
  location: location
  tags: tags
  sku: { name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS' }
  kind: 'StorageV2'
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: empty(allowedIpRanges) ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'None'
      ipRules: [for range in allowedIpRanges: { action: 'Allow', value: range }]
    }
  }
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: { enabled: true, days: softDeleteDays }
    containerDeleteRetentionPolicy: { enabled: true, days: softDeleteDays }
  }
}

module vaultContainer 'vaultContainer.bicep' = {
  name: '${name}-vault-container'
  params: { accountName: account.name, containerName: 'vault' }
  dependsOn: [blobService]
}

resource control 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: blobService
  name: 'control'
  properties: { publicAccess: 'None' }
}

// Page blobs (images of disks) have no tiers. Nothing is archived: a restore reads at once.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'points'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['vault/clusters/'] }
            actions: {
              baseBlob: {
                tierToCool: { daysAfterCreationGreaterThan: coolAfterDays }
                tierToCold: { daysAfterCreationGreaterThan: coldAfterDays }
              }
              version: {
                tierToCool: { daysAfterCreationGreaterThan: coolAfterDays }
                tierToCold: { daysAfterCreationGreaterThan: coldAfterDays }
              }
            }
          }
        }
        {
          name: 'control-versions'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['control/'] }
            actions: { version: { delete: { daysAfterCreationGreaterThan: controlVersionDays } } }
          }
        }
      ]
    }
  }
  dependsOn: [blobService]
}

module vaultWriter 'vaultWriter.bicep' = {
  name: '${name}-vault-writer'
  params: {
    accountName: account.name
    containerName: 'vault'
    assignee: name
    principalId: principalId
    writerRole: customRoles.vaultWriter
  }
  dependsOn: [vaultContainer]
}

resource controlContributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: control
  name: guid(control.id, name, roles.storageBlobDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataContributor)
  }
}

resource accountReader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, name, 'vaultAccountReader')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', customRoles.vaultAccountReader)
  }
}

// Repositories of files are containers of this account that the app makes. Its data access there ends at their prefix.
resource fileContributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (fileExports) {
  scope: account
  name: guid(account.id, name, roles.storageBlobDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataContributor)
    conditionVersion: '2.0'
    condition: loadTextContent('../../shared/file-exports.condition')
  }
}

module blobEndpoint 'privateEndpoint.bicep' = {
  name: '${name}-vault-blob'
  params: { location: location, name: 'pe-${name}-vault-blob', tags: tags, targetId: account.id, service: 'blob', network: network }
}

@description('The account\'s resource id.')
output accountId string = account.id

@description('The vault container\'s resource id.')
output vaultContainerId string = vaultContainer.outputs.id

@description('HOLDFAST_VAULT.')
output vaultUrl string = '${account.properties.primaryEndpoints.blob}vault'

@description('HOLDFAST_CONTROL.')
output controlUrl string = '${account.properties.primaryEndpoints.blob}${control.name}'
