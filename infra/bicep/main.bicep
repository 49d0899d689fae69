// Holdfast on Azure: a region, and with 'standby' a second one that takes over. Both resource groups must exist. docs/deploy.md.

import { alerting, apiRegistration, appOptions, hostingPlan, keeping } from 'modules/types.bicep'

@description('The second region: an app with its own vault, which holds the replicas of the first one\'s.')
type standbyRegion = {
  @description('Its resource group, in the same subscription.')
  resourceGroup: string
  @description('The region.')
  location: string
  @description('Its network\'s addresses, a /24 that overlaps with no other.')
  addressPrefix: string
}

@description('The region.')
param location string = resourceGroup().location

@description('Names begin with it: lower-case letters and digits.')
@minLength(3)
@maxLength(8)
param name string = 'holdfast'

@description('Tags of every resource.')
param tags object = {}

@description('The network\'s addresses, a /24 that overlaps with those of no network that it is peered with.')
param addressPrefix string = '10.90.0.0/24'

@description('Public addresses (CIDR, at most a /30 for storage, or single ones) of operators and runners; none: private endpoints only.')
param allowedIpRanges string[] = []

@description('The plan.')
param hosting hostingPlan = {
  plan: 'FlexConsumption'
  zoneRedundant: false
  maximumInstances: 40
  alwaysReadyInstances: 0
  instanceMemoryMB: 2048
  premiumSku: 'EP1'
}

@description('What the app reads from its settings.')
param options appOptions = {
  publicKeys: ''
  allowUnsigned: false
  encryption: ''
  encryptionKeys: ''
  replicaKeep: ''
  replicaMode: 'locked'
  replicatedKeyVaults: ''
  approval: 'optional'
  selfApproval: false
  verifySample: 5
  answerMib: 64
  objectMib: 16
  credentialFolders: ''
  resourceManager: ''
  otlpEndpoint: ''
  otlpProtocol: 'grpc'
  otlpHeadersSecret: ''
}

@description('How long what is kept.')
param keep keeping = {
  softDeleteDays: 30
  coolAfterDays: 30
  coldAfterDays: 90
  controlVersionDays: 30
  telemetryDays: 30
}

@description('Who gets alerts, and when.')
param alerts alerting = {
  addresses: []
  maximumPointAgeHours: 26
}

@description('Storage over the region\'s zones.')
param zoneRedundantStorage bool = true

@description('Keys in a hardware security module.')
param hardwareKeys bool = false

@description('Policies copy files of volumes into the vault\'s account.')
param fileExports bool = false

@description('Ids of resource groups of AKS clusters to capture, of their nodes, and of copies of their disks\' snapshots.')
param captureGroups string[] = []

@description('Ids of resource groups that restores make disks in: those of the nodes, as a rule.')
param restoreDiskGroups string[] = []

@description('Ids of resource groups that restores make AKS clusters in, and of the subnets and identities that these use.')
param newClusterGroups string[] = []

@description('An existing app registration; none: one is made, which needs the right to create applications in Entra ID.')
param registration apiRegistration?

@description('The second region; none: there is only one.')
param standby standbyRegion?

var standbyName = '${name}dr'
var hasStandby = standby != null
var groups = union(captureGroups, restoreDiskGroups, newClusterGroups)
var creationSubscriptions = union(map(newClusterGroups, g => split(g, '/')[2]), [])
var standbyGroupId = '${subscription().id}/resourceGroups/${standby.?resourceGroup ?? resourceGroup().name}'
var suffix = uniqueString(resourceGroup().id, name)
var standbySuffix = uniqueString(standbyGroupId, standbyName)
var vaultAccountName = take('st${name}v${suffix}', 24)
var standbyVaultAccountName = take('st${standbyName}v${standbySuffix}', 24)
var vaultUrl = 'https://${vaultAccountName}.blob.${environment().suffixes.storage}/vault'
var standbyVaultUrl = 'https://${standbyVaultAccountName}.blob.${environment().suffixes.storage}/vault'
var identity = resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'id-${name}')
var standbyIdentity = '${standbyGroupId}/id-${standbyName}'

module roles 'modules/roles.bicep' = {
  name: '${name}-roles'
  params: { name: name, resourceGroupIds: union(hasStandby ? [standbyGroupId] : [], groups) }
}

module entra 'modules/entra.bicep' = if (registration == null) {
  name: '${name}-entra'
  params: { name: name }
}

var signIn = registration ?? { clientId: entra!.outputs.clientId, audience: entra!.outputs.audience }

module primary 'stamp.bicep' = {
  name: '${name}-primary'
  params: {
    location: location
    name: name
    suffix: suffix
    vaultAccountName: vaultAccountName
    replicas: hasStandby ? 'standby=${standbyVaultUrl}' : ''
    isStandby: false
    tags: union(tags, { 'holdfast-role': 'primary' })
    addressPrefix: addressPrefix
    allowedIpRanges: allowedIpRanges
    hosting: hosting
    options: options
    keep: keep
    alerts: alerts
    zoneRedundantStorage: zoneRedundantStorage
    hardwareKeys: hardwareKeys
    fileExports: fileExports
    customRoles: roles.outputs.ids
    signIn: signIn
  }
}

module secondary 'stamp.bicep' = if (hasStandby) {
  name: '${name}-standby'
  scope: resourceGroup(standby.?resourceGroup ?? resourceGroup().name)
  params: {
    location: standby!.location
    name: standbyName
    suffix: standbySuffix
    vaultAccountName: standbyVaultAccountName
    replicas: 'primary=${vaultUrl}'
    isStandby: true
    tags: union(tags, { 'holdfast-role': 'standby' })
    addressPrefix: standby!.addressPrefix
    allowedIpRanges: allowedIpRanges
    hosting: hosting
    options: options
    keep: keep
    alerts: alerts
    zoneRedundantStorage: zoneRedundantStorage
    hardwareKeys: hardwareKeys
    fileExports: fileExports
    customRoles: roles.outputs.ids
    signIn: signIn
  }
}

// Replication: each app writes to the vault of the other region, over a private endpoint in its own network.
module replicaWriter 'modules/vaultWriter.bicep' = if (hasStandby) {
  name: '${name}-replica-writer'
  scope: resourceGroup(standby.?resourceGroup ?? resourceGroup().name)
  params: {
    accountName: standbyVaultAccountName
    containerName: 'vault'
    assignee: identity
    principalId: primary.outputs.principalId
    writerRole: roles.outputs.ids.vaultWriter
  }
  dependsOn: [secondary]
}

module replicaEndpoint 'modules/privateEndpoint.bicep' = if (hasStandby) {
  name: '${name}-replica'
  params: {
    location: location
    name: 'pe-${name}-replica'
    tags: tags
    targetId: secondary!.outputs.vaultAccountId
    service: 'blob'
    network: primary.outputs.privateNetwork
  }
}

module failbackWriter 'modules/vaultWriter.bicep' = if (hasStandby) {
  name: '${name}-failback-writer'
  params: {
    accountName: vaultAccountName
    containerName: 'vault'
    assignee: standbyIdentity
    principalId: secondary!.outputs.principalId
    writerRole: roles.outputs.ids.vaultWriter
  }
  dependsOn: [primary]
}

module failbackEndpoint 'modules/privateEndpoint.bicep' = if (hasStandby) {
  name: '${name}-failback'
  scope: resourceGroup(standby.?resourceGroup ?? resourceGroup().name)
  params: {
    location: standby!.location
    name: 'pe-${standbyName}-failback'
    tags: tags
    targetId: primary.outputs.vaultAccountId
    service: 'blob'
    network: secondary!.outputs.privateNetwork
  }
}

module primaryAccess 'modules/groupAccess.bicep' = [
  for (group, i) in groups: {
    name: '${name}-access-${i}'
    scope: resourceGroup(split(group, '/')[2], split(group, '/')[4])
    params: {
      assignee: identity
      principalId: primary.outputs.principalId
      customRoles: roles.outputs.ids
      capture: contains(captureGroups, group)
      restoreDisks: contains(restoreDiskGroups, group)
      newClusters: contains(newClusterGroups, group)
    }
  }
]

module standbyAccess 'modules/groupAccess.bicep' = [
  for (group, i) in (hasStandby ? groups : []): {
    name: '${standbyName}-access-${i}'
    scope: resourceGroup(split(group, '/')[2], split(group, '/')[4])
    params: {
      assignee: standbyIdentity
      principalId: secondary!.outputs.principalId
      customRoles: roles.outputs.ids
      capture: contains(captureGroups, group)
      restoreDisks: contains(restoreDiskGroups, group)
      newClusters: contains(newClusterGroups, group)
    }
  }
]

module primaryVersions 'modules/versionAccess.bicep' = [
  for (subscriptionId, i) in creationSubscriptions: {
    name: '${name}-versions-${i}'
    scope: subscription(subscriptionId)
    params: { name: name, assignee: identity, principalId: primary.outputs.principalId }
  }
]

module standbyVersions 'modules/versionAccess.bicep' = [
  for (subscriptionId, i) in (hasStandby ? creationSubscriptions : []): {
    name: '${standbyName}-versions-${i}'
    scope: subscription(subscriptionId)
    params: { name: standbyName, assignee: standbyIdentity, principalId: secondary!.outputs.principalId }
  }
]

@description('What callers of the API sign in to.')
output signIn object = signIn

@description('The API.')
output apiUrl string = primary.outputs.apiUrl

@description('The app\'s name: for deploying packages.')
output appName string = primary.outputs.appName

@description('HOLDFAST_VAULT of the command line.')
output vaultUrl string = primary.outputs.vaultUrl

@description('HOLDFAST_CONTROL of the command line.')
output controlUrl string = primary.outputs.controlUrl

@description('--account of "holdfast vault check".')
output vaultAccountId string = primary.outputs.vaultAccountId

@description('Where packages of an app on an Elastic Premium plan are put.')
output packagesUrl string = primary.outputs.packagesUrl

@description('The Key Vault.')
output keyVaultUrl string = primary.outputs.keyVaultUrl

@description('Its public half belongs in options.publicKeys.')
output signingKeyUrl string = primary.outputs.signingKeyUrl

@description('The wrapping key with its version.')
output wrappingKeyUrl string = primary.outputs.wrappingKeyUrl

@description('The app\'s identity, for bindings in clusters.')
output principalId string = primary.outputs.principalId

@description('The app\'s network.')
output networkId string = primary.outputs.networkId

@description('The address that API servers see.')
output egressAddress string = primary.outputs.egressAddress

@description('The same of the second region; empty: there is none.')
output standby object = hasStandby
  ? {
      apiUrl: secondary!.outputs.apiUrl
      appName: secondary!.outputs.appName
      vaultUrl: secondary!.outputs.vaultUrl
      controlUrl: secondary!.outputs.controlUrl
      vaultAccountId: secondary!.outputs.vaultAccountId
      packagesUrl: secondary!.outputs.packagesUrl
      keyVaultUrl: secondary!.outputs.keyVaultUrl
      signingKeyUrl: secondary!.outputs.signingKeyUrl
      wrappingKeyUrl: secondary!.outputs.wrappingKeyUrl
      principalId: secondary!.outputs.principalId
      networkId: secondary!.outputs.networkId
      egressAddress: secondary!.outputs.egressAddress
    }
  : {}
