// The Key Vault: keys, and the secrets that the app's settings and registrations name.

import { privateNetwork } from 'types.bicep'

var roles = loadJsonContent('../../shared/roles.json').builtIn

@description('The region.')
param location string

@description('Names begin with it.')
param name string

@description('The Key Vault\'s name.')
@minLength(3)
@maxLength(24)
param vaultName string

@description('Tags of every resource.')
param tags object

@description('Keys in a hardware security module.')
param hardwareKeys bool

@description('Whom the app signs in as.')
param principalId string

@description('The names (UUIDs) of the custom roles, by their keys in roles.json.')
param customRoles object

@description('Public addresses that may reach it; none: private endpoints only.')
param allowedIpRanges string[]

@description('Where private endpoints are made.')
param network privateNetwork

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: vaultName
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: hardwareKeys ? 'premium' : 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: empty(allowedIpRanges) ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: 'Deny'
      bypass: 'None'
      ipRules: [for range in allowedIpRanges: { value: range }]
    }
  }
}

module keys 'keys.bicep' = {
  name: '${name}-keys'
  params: { vaultName: vault.name, hardwareKeys: hardwareKeys }
}

module keyAccess 'keyAccess.bicep' = {
  name: '${name}-key-access'
  params: {
    vaultName: vault.name
    assignee: name
    principalId: principalId
    signerRole: customRoles.sealSigner
    wrapperRole: customRoles.keyWrapper
  }
  dependsOn: [keys]
}

// The vault is Holdfast's own: what is in it is there for the app to read.
resource secretsUser 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, name, roles.keyVaultSecretsUser)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
  }
}

module vaultEndpoint 'privateEndpoint.bicep' = {
  name: '${name}-key-vault'
  params: { location: location, name: 'pe-${name}-key-vault', tags: tags, targetId: vault.id, service: 'vault', network: network }
}

@description('The Key Vault\'s name.')
output vaultName string = vault.name

@description('The Key Vault\'s address: keyVault.vault of registrations.')
output vaultUrl string = vault.properties.vaultUri

@description('The signing key with its version: HOLDFAST_SIGNING_KEY.')
output signingKeyUrl string = keys.outputs.signingKeyUrl

@description('The wrapping key with its version.')
output wrappingKeyUrl string = keys.outputs.wrappingKeyUrl
