// What the app may do with each key, and no more: sign with one, wrap and unwrap with the other.

@description('The Key Vault.')
param vaultName string

@description('Names of assignments are made of it: what distinguishes the app\'s identity from others.')
param assignee string

@description('Whom the app signs in as.')
param principalId string

@description('The name (a UUID) of the role Holdfast Seal Signer.')
param signerRole string

@description('The name (a UUID) of the role Holdfast Key Wrapper.')
param wrapperRole string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName

  resource signing 'keys' existing = {
    name: 'seals'
  }

  resource wrapping 'keys' existing = {
    name: 'wrapping'
  }
}

resource signer 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault::signing
  name: guid(vault::signing.id, assignee, 'sealSigner')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', signerRole)
  }
}

resource wrapper 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault::wrapping
  name: guid(vault::wrapping.id, assignee, 'keyWrapper')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', wrapperRole)
  }
}
