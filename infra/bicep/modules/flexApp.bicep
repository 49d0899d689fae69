// The function app on a Flex Consumption plan. Terraform deploys this module too, as compiled here: azurerm's resource for it has neither
// .NET 10 nor the identity of Key Vault references.

import { apiRegistration, hostingPlan } from 'types.bicep'

@description('The region.')
param location string

@description('Names begin with it.')
param name string

@description('The app\'s name, unique in Azure.')
@minLength(2)
@maxLength(60)
param appName string

@description('Tags of every resource.')
param tags object

@description('Size and redundancy.')
param hosting hostingPlan

@description('The resource id of the app\'s identity.')
param identityId string

@description('The subnet of its outbound traffic.')
param subnetId string

@description('Where the app\'s package is put.')
param packagesUrl string

@description('The app settings.')
param settings object

@description('Who signs in: the client id of the app registration, and the audience of tokens.')
param signIn apiRegistration

@description('Public addresses that may call it; none: the private endpoint only.')
param allowedIpRanges string[]

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true, zoneRedundant: hosting.zoneRedundant }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: appName
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: subnetId
    publicNetworkAccess: empty(allowedIpRanges) ? 'Disabled' : 'Enabled'
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packagesUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        maximumInstanceCount: max(40, hosting.maximumInstances)
        instanceMemoryMB: hosting.instanceMemoryMB
        alwaysReady: hosting.alwaysReadyInstances == 0 ? [] : [{ name: 'durable', instanceCount: hosting.alwaysReadyInstances }]
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: 'Deny'
      scmIpSecurityRestrictionsDefaultAction: 'Deny'
      scmIpSecurityRestrictionsUseMain: true
      ipSecurityRestrictions: [
        for (range, i) in allowedIpRanges: { name: 'operators-${i}', action: 'Allow', priority: 100 + i, ipAddress: range }
      ]
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: settings
}

resource authentication 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'Return401'
      excludedPaths: ['/api/health/live', '/api/health/ready']
    }
    httpSettings: { requireHttps: true }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: signIn.clientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: { allowedAudiences: [signIn.clientId, signIn.audience] }
      }
    }
    login: { tokenStore: { enabled: false } }
  }
}

// Packages are deployed with a sign-in, never with a password.
resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

@description('The app\'s resource id.')
output appId string = app.id

@description('The app\'s host name.')
output hostName string = app.properties.defaultHostName
