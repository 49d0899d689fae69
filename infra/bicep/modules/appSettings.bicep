// The app settings, the same for both plans: every setting of docs/settings.md that is read on Azure, and no other. A test holds that.

import { appOptions } from 'types.bicep'

@description('The app\'s name in telemetry.')
param serviceName string

@description('The vault\'s URL.')
param vaultUrl string

@description('The control container\'s URL.')
param controlUrl string

@description('The host\'s storage account.')
param hostAccountName string

@description('The Key Vault\'s name.')
param keyVaultName string

@description('The signing key with its version.')
param signingKeyUrl string

@description('The wrapping key with its version.')
param wrappingKeyUrl string

@description('Where points are copied to.')
param replicas string

@description('The app waits to take over.')
param isStandby bool

@description('The client id of the app\'s identity.')
param clientId string

@description('Of Application Insights.')
param insightsConnectionString string

@description('What the operator chooses.')
param options appOptions

@description('The settings.')
output settings object = {
  // Where the app keeps what it keeps.
  HOLDFAST_VAULT: vaultUrl
  HOLDFAST_CONTROL: controlUrl

  HOLDFAST_REPLICAS: replicas
  HOLDFAST_REPLICA_KEEP: options.replicaKeep
  HOLDFAST_REPLICA_MODE: options.replicaMode
  HOLDFAST_REPLICATED_KEY_VAULTS: options.replicatedKeyVaults
  HOLDFAST_STANDBY: toLower(string(isStandby))

  // Encryption.
  HOLDFAST_ENCRYPTION: options.encryption
  HOLDFAST_ENCRYPTION_KEY: empty(options.encryptionKeys) ? wrappingKeyUrl : options.encryptionKeys

  // Signatures and plans. Nothing is signed until the public half is trusted.
  HOLDFAST_SIGNING_KEY: empty(options.publicKeys) ? '' : signingKeyUrl
  HOLDFAST_PUBLIC_KEYS: options.publicKeys
  HOLDFAST_ALLOW_UNSIGNED: toLower(string(options.allowUnsigned))
  HOLDFAST_PLAN_KEY: '@Microsoft.KeyVault(VaultName=${keyVaultName};SecretName=plan-key)'

  // What registrations and restores may do. Programs and local addresses are for local machines.
  HOLDFAST_CREDENTIAL_FOLDERS: options.credentialFolders
  HOLDFAST_ALLOW_PROGRAMS: 'false'
  HOLDFAST_ALLOW_LOCAL_ENDPOINTS: 'false'
  HOLDFAST_RESOURCE_MANAGER: options.resourceManager
  HOLDFAST_APPROVAL: options.approval
  HOLDFAST_SELF_APPROVAL: toLower(string(options.selfApproval))

  // Limits.
  HOLDFAST_ANSWER_MIB: string(options.answerMib)
  HOLDFAST_OBJECT_MIB: string(options.objectMib)
  HOLDFAST_VERIFY_SAMPLE: string(options.verifySample)

  // Telemetry.
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${clientId}'
  OTEL_EXPORTER_OTLP_ENDPOINT: options.otlpEndpoint
  OTEL_EXPORTER_OTLP_HEADERS: empty(options.otlpHeadersSecret)
    ? ''
    : '@Microsoft.KeyVault(VaultName=${keyVaultName};SecretName=${options.otlpHeadersSecret})'
  OTEL_EXPORTER_OTLP_PROTOCOL: options.otlpProtocol
  OTEL_SERVICE_NAME: serviceName

  // Sign-in: with the app's own identity, to everything.
  AZURE_CLIENT_ID: clientId
  AzureWebJobsStorage__accountName: hostAccountName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
}
