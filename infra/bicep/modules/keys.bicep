// The keys: one signs seals, one wraps keys of encryption. Their private halves never leave the Key Vault. Made by Azure Resource Manager,
// which needs no way to the Key Vault's own address. Terraform deploys this module too, as compiled here, for that reason.

@description('The Key Vault.')
@minLength(3)
@maxLength(24)
param vaultName string

@description('Keys in a hardware security module: needs the premium SKU.')
param hardwareKeys bool

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource signing 'Microsoft.KeyVault/vaults/keys@2024-11-01' = {
  parent: vault
  name: 'seals'
  properties: {
    kty: hardwareKeys ? 'EC-HSM' : 'EC'
    curveName: 'P-256'
    keyOps: ['sign', 'verify']
    attributes: { enabled: true, exportable: false }
  }
}

resource wrapping 'Microsoft.KeyVault/vaults/keys@2024-11-01' = {
  parent: vault
  name: 'wrapping'
  properties: {
    kty: hardwareKeys ? 'RSA-HSM' : 'RSA'
    keySize: 3072
    keyOps: ['wrapKey', 'unwrapKey', 'sign', 'verify']
    attributes: { enabled: true, exportable: false }
  }
}

@description('The signing key\'s resource id.')
output signingKeyId string = signing.id

@description('The signing key with its version: HOLDFAST_SIGNING_KEY.')
output signingKeyUrl string = signing.properties.keyUriWithVersion

@description('The wrapping key\'s resource id.')
output wrappingKeyId string = wrapping.id

@description('The wrapping key with its version.')
output wrappingKeyUrl string = wrapping.properties.keyUriWithVersion
