// The Functions host's storage: Durable Functions' queues, tables and leases, and the app's package. Opened by identity only.

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

@description('Whom the app signs in as.')
param principalId string

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
    deleteRetentionPolicy: { enabled: true, days: 7 }
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: blobService
  name: 'packages'
  properties: { publicAccess: 'None' }
}

// What the Functions host asks of its storage, and Durable Functions of queues and tables.
resource blobOwner 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, name, roles.storageBlobDataOwner)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataOwner)
  }
}

resource queueContributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, name, roles.storageQueueDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageQueueDataContributor)
  }
}

resource tableContributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, name, roles.storageTableDataContributor)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageTableDataContributor)
  }
}

module blobEndpoint 'privateEndpoint.bicep' = {
  name: '${name}-host-blob'
  params: { location: location, name: 'pe-${name}-host-blob', tags: tags, targetId: account.id, service: 'blob', network: network }
}

module queueEndpoint 'privateEndpoint.bicep' = {
  name: '${name}-host-queue'
  params: { location: location, name: 'pe-${name}-host-queue', tags: tags, targetId: account.id, service: 'queue', network: network }
}

module tableEndpoint 'privateEndpoint.bicep' = {
  name: '${name}-host-table'
  params: { location: location, name: 'pe-${name}-host-table', tags: tags, targetId: account.id, service: 'table', network: network }
}

@description('The account\'s name: AzureWebJobsStorage__accountName.')
output accountName string = account.name

@description('Where the app\'s package is put.')
output packagesUrl string = '${account.properties.primaryEndpoints.blob}${packages.name}'
