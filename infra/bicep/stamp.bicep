// All of Holdfast in one region: identity, network, storage, keys, monitoring and the app.

import { alerting, apiRegistration, appOptions, hostingPlan, keeping } from 'modules/types.bicep'

@description('The region.')
param location string

@description('Names begin with it.')
@minLength(3)
@maxLength(11)
param name string

@description('What makes names unique in Azure.')
@minLength(5)
@maxLength(13)
param suffix string

@description('The vault\'s storage account.')
@minLength(3)
@maxLength(24)
param vaultAccountName string

@description('HOLDFAST_REPLICAS: NAME=URL of each container that points are copied to; empty: none.')
param replicas string

@description('The vault holds replicas, and the app waits to take over.')
param isStandby bool

@description('Tags of every resource.')
param tags object

@description('The network\'s addresses, a /24.')
param addressPrefix string

@description('Public addresses that may reach the app, the vault and the Key Vault; none: private endpoints only.')
param allowedIpRanges string[]

@description('The plan.')
param hosting hostingPlan

@description('What the app reads from its settings.')
param options appOptions

@description('How long what is kept.')
param keep keeping

@description('Who gets alerts, and when.')
param alerts alerting

@description('Storage over the region\'s zones.')
param zoneRedundantStorage bool

@description('Keys in a hardware security module.')
param hardwareKeys bool

@description('Policies copy files of volumes into the vault\'s account.')
param fileExports bool

@description('The names (UUIDs) of the custom roles, by their keys in roles.json.')
param customRoles object

@description('What callers of the API sign in to.')
param signIn apiRegistration

var appName = 'func-${name}-${suffix}'
var isFlex = hosting.plan == 'FlexConsumption'

module identity 'modules/identity.bicep' = {
  name: '${name}-identity'
  params: { location: location, name: name, tags: tags }
}

module network 'modules/network.bicep' = {
  name: '${name}-network'
  params: { location: location, name: name, tags: tags, plan: hosting.plan, addressPrefix: addressPrefix }
}

module hostStorage 'modules/hostStorage.bicep' = {
  name: '${name}-host-storage'
  params: {
    location: location
    name: name
    accountName: take('st${name}h${suffix}', 24)
    tags: tags
    zoneRedundant: zoneRedundantStorage
    principalId: identity.outputs.principalId
    allowedIpRanges: allowedIpRanges
    network: network.outputs.private
  }
}

module vault 'modules/vault.bicep' = {
  name: '${name}-vault'
  params: {
    location: location
    name: name
    accountName: vaultAccountName
    tags: tags
    zoneRedundant: zoneRedundantStorage
    softDeleteDays: keep.softDeleteDays
    coolAfterDays: keep.coolAfterDays
    coldAfterDays: keep.coldAfterDays
    controlVersionDays: keep.controlVersionDays
    principalId: identity.outputs.principalId
    customRoles: customRoles
    fileExports: fileExports
    allowedIpRanges: allowedIpRanges
    network: network.outputs.private
  }
}

module keyVault 'modules/keyVault.bicep' = {
  name: '${name}-key-vault'
  params: {
    location: location
    name: name
    vaultName: take('kv-${name}-${suffix}', 24)
    tags: tags
    hardwareKeys: hardwareKeys
    principalId: identity.outputs.principalId
    customRoles: customRoles
    allowedIpRanges: allowedIpRanges
    network: network.outputs.private
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: '${name}-monitoring'
  params: {
    location: location
    name: name
    tags: tags
    retentionDays: keep.telemetryDays
    alertAddresses: alerts.addresses
    maximumPointAgeHours: alerts.maximumPointAgeHours
    principalId: identity.outputs.principalId
  }
}

module appSettings 'modules/appSettings.bicep' = {
  name: '${name}-app-settings'
  params: {
    serviceName: name
    vaultUrl: vault.outputs.vaultUrl
    controlUrl: vault.outputs.controlUrl
    hostAccountName: hostStorage.outputs.accountName
    keyVaultName: keyVault.outputs.vaultName
    signingKeyUrl: keyVault.outputs.signingKeyUrl
    wrappingKeyUrl: keyVault.outputs.wrappingKeyUrl
    replicas: replicas
    isStandby: isStandby
    clientId: identity.outputs.clientId
    insightsConnectionString: monitoring.outputs.connectionString
    options: options
  }
}

module flexApp 'modules/flexApp.bicep' = if (isFlex) {
  name: '${name}-flex-app'
  params: {
    location: location
    name: name
    appName: appName
    tags: tags
    hosting: hosting
    identityId: identity.outputs.id
    subnetId: network.outputs.appSubnetId
    packagesUrl: hostStorage.outputs.packagesUrl
    settings: appSettings.outputs.settings
    signIn: signIn
    allowedIpRanges: allowedIpRanges
  }
}

module premiumApp 'modules/premiumApp.bicep' = if (!isFlex) {
  name: '${name}-premium-app'
  params: {
    location: location
    name: name
    appName: appName
    tags: tags
    hosting: hosting
    identityId: identity.outputs.id
    subnetId: network.outputs.appSubnetId
    packagesUrl: hostStorage.outputs.packagesUrl
    settings: appSettings.outputs.settings
    signIn: signIn
    allowedIpRanges: allowedIpRanges
  }
}

module appEndpoint 'modules/privateEndpoint.bicep' = {
  name: '${name}-app'
  params: {
    location: location
    name: 'pe-${name}-app'
    tags: tags
    targetId: resourceId('Microsoft.Web/sites', appName)
    service: 'sites'
    network: network.outputs.private
  }
  dependsOn: [flexApp, premiumApp]
}

@description('The app\'s name: for deploying packages.')
output appName string = appName

@description('The API.')
output apiUrl string = 'https://${isFlex ? flexApp!.outputs.hostName : premiumApp!.outputs.hostName}/api'

@description('The vault: HOLDFAST_VAULT of the command line.')
output vaultUrl string = vault.outputs.vaultUrl

@description('The control container: HOLDFAST_CONTROL of the command line.')
output controlUrl string = vault.outputs.controlUrl

@description('The vault\'s account: --account of "holdfast vault check".')
output vaultAccountId string = vault.outputs.accountId

@description('Where packages of an app on an Elastic Premium plan are put.')
output packagesUrl string = hostStorage.outputs.packagesUrl

@description('The Key Vault, of registrations too.')
output keyVaultUrl string = keyVault.outputs.vaultUrl

@description('The signing key with its version: its public half belongs in options.publicKeys.')
output signingKeyUrl string = keyVault.outputs.signingKeyUrl

@description('The wrapping key with its version.')
output wrappingKeyUrl string = keyVault.outputs.wrappingKeyUrl

@description('The app\'s identity: the user that cluster role bindings name in clusters with Entra ID.')
output principalId string = identity.outputs.principalId

@description('The app\'s network: peer networks of private API servers with it.')
output networkId string = network.outputs.networkId

@description('Where private endpoints are made.')
output privateNetwork object = network.outputs.private

@description('The address that API servers see.')
output egressAddress string = network.outputs.egressAddress
