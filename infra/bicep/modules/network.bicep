// The network of one region: the app's outbound traffic, with one public address, and private endpoints of storage, keys and the app.

@description('The region.')
param location string

@description('Names begin with it.')
param name string

@description('Tags of every resource.')
param tags object

@description('The plan decides to which service the app\'s subnet is delegated.')
param plan 'FlexConsumption' | 'ElasticPremium'

@description('The network\'s addresses, at least a /24. Must not overlap with those of networks that it is peered with.')
param addressPrefix string

resource egressAddress 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: 'pip-${name}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: {
    publicIPAllocationMethod: 'Static'
    publicIPAddressVersion: 'IPv4'
  }
}

resource egress 'Microsoft.Network/natGateways@2024-05-01' = {
  name: 'ng-${name}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: {
    idleTimeoutInMinutes: 10
    publicIpAddresses: [{ id: egressAddress.id }]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-${name}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 25, 0)
          natGateway: { id: egress.id }
          defaultOutboundAccess: false
          delegations: [
            {
              name: 'app'
              properties: { serviceName: plan == 'FlexConsumption' ? 'Microsoft.App/environments' : 'Microsoft.Web/serverFarms' }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 2)
          defaultOutboundAccess: false
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}

var zoneNames = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  vault: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
  sites: 'privatelink.azurewebsites.net'
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in items(zoneNames): {
    name: zone.value
    location: 'global'
    tags: tags
  }
]

resource zoneLinks 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, i) in items(zoneNames): {
    parent: zones[i]
    name: name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

@description('Peer networks of private API servers with it.')
output networkId string = network.id

@description('The app\'s subnet.')
output appSubnetId string = resourceId('Microsoft.Network/virtualNetworks/subnets', network.name, 'app')

@description('For private endpoints.')
output private object = {
  endpointSubnetId: resourceId('Microsoft.Network/virtualNetworks/subnets', network.name, 'endpoints')
  zoneIds: {
    blob: resourceId('Microsoft.Network/privateDnsZones', zoneNames.blob)
    queue: resourceId('Microsoft.Network/privateDnsZones', zoneNames.queue)
    table: resourceId('Microsoft.Network/privateDnsZones', zoneNames.table)
    vault: resourceId('Microsoft.Network/privateDnsZones', zoneNames.vault)
    sites: resourceId('Microsoft.Network/privateDnsZones', zoneNames.sites)
  }
}

@description('The address that the app has for API servers and others on the internet: allow it there.')
output egressAddress string = egressAddress.properties.ipAddress
