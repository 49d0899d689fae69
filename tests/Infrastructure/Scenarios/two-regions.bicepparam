using '../bicep/main.bicep'

param location = 'westeurope'
param allowedIpRanges = ['203.0.113.7']
param hosting = {
  plan: 'ElasticPremium'
  zoneRedundant: true
  maximumInstances: 5
  alwaysReadyInstances: 0
  instanceMemoryMB: 2048
  premiumSku: 'EP1'
}
param options = {
  publicKeys: 'PEM'
  allowUnsigned: false
  encryption: 'secrets'
  encryptionKeys: ''
  replicaKeep: '30d'
  replicaMode: 'locked'
  replicatedKeyVaults: 'https://standby.vault.azure.net'
  approval: 'required'
  selfApproval: false
  verifySample: 5
  answerMib: 64
  objectMib: 16
  credentialFolders: ''
  resourceManager: ''
  otlpEndpoint: 'https://collector.example'
  otlpProtocol: 'grpc'
  otlpHeadersSecret: 'otlp-headers'
}
param fileExports = true
param hardwareKeys = true
param captureGroups = [
  '/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/clusters'
  '/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/nodes'
]
param restoreDiskGroups = ['/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/nodes']
param newClusterGroups = ['/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/recovery']
param registration = {
  clientId: '00000000-0000-0000-0000-00000000000a'
  audience: 'api://holdfast'
}
param standby = {
  resourceGroup: 'standby'
  location: 'northeurope'
  addressPrefix: '10.91.0.0/24'
}
