output "network_id" {
  description = "Peer networks of private API servers with it."
  value       = azurerm_virtual_network.network.id
}

output "app_subnet_id" {
  description = "The app's subnet."
  value       = azurerm_subnet.app.id
}

output "private" {
  description = "For private endpoints."
  value = {
    endpoint_subnet_id = azurerm_subnet.endpoints.id
    zone_ids           = { for key, zone in azurerm_private_dns_zone.zones : key => zone.id }
  }
}

output "egress_address" {
  description = "The address that the app has for API servers and others on the internet: allow it there."
  value       = azurerm_public_ip.egress_address.ip_address
}
