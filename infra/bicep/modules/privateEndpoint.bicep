// A private endpoint of one service, with its name in a private DNS zone.

import { privateNetwork } from 'types.bicep'

@description('The region of the network.')
param location string

@description('The endpoint\'s name.')
param name string

@description('Tags of every resource.')
param tags object

@description('The resource that it leads to.')
param targetId string

@description('The service of the resource.')
param service 'blob' | 'queue' | 'table' | 'vault' | 'sites'

@description('Where it is made.')
param network privateNetwork

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: network.endpointSubnetId }
    privateLinkServiceConnections: [
      {
        name: service
        properties: {
          privateLinkServiceId: targetId
          groupIds: [service]
        }
      }
    ]
  }
}

resource zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: service
        properties: { privateDnsZoneId: network.zoneIds[service] }
      }
    ]
  }
}
