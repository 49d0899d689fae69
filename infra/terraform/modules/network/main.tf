# The network of one region: the app's outbound traffic, with one public address, and private endpoints of storage, keys and the app.

locals {
  zone_names = {
    blob  = "privatelink.blob.core.windows.net"
    queue = "privatelink.queue.core.windows.net"
    table = "privatelink.table.core.windows.net"
    vault = "privatelink.vaultcore.azure.net"
    sites = "privatelink.azurewebsites.net"
  }
}

resource "azurerm_public_ip" "egress_address" {
  name                = "pip-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  sku                 = "Standard"
  allocation_method   = "Static"
  ip_version          = "IPv4"
}

resource "azurerm_nat_gateway" "egress" {
  name                    = "ng-${var.name}"
  resource_group_name     = var.resource_group_name
  location                = var.location
  tags                    = var.tags
  sku_name                = "Standard"
  idle_timeout_in_minutes = 10
}

resource "azurerm_nat_gateway_public_ip_association" "egress" {
  nat_gateway_id       = azurerm_nat_gateway.egress.id
  public_ip_address_id = azurerm_public_ip.egress_address.id
}

resource "azurerm_virtual_network" "network" {
  name                = "vnet-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  address_space       = [var.address_prefix]
}

resource "azurerm_subnet" "app" {
  name                            = "app"
  resource_group_name             = var.resource_group_name
  virtual_network_name            = azurerm_virtual_network.network.name
  address_prefixes                = [cidrsubnet(var.address_prefix, 1, 0)]
  default_outbound_access_enabled = false

  delegation {
    name = "app"

    service_delegation {
      name = var.plan == "FlexConsumption" ? "Microsoft.App/environments" : "Microsoft.Web/serverFarms"
    }
  }

  lifecycle {
    ignore_changes = [delegation[0].service_delegation[0].actions]
  }
}

resource "azurerm_subnet_nat_gateway_association" "app" {
  subnet_id      = azurerm_subnet.app.id
  nat_gateway_id = azurerm_nat_gateway.egress.id
}

resource "azurerm_subnet" "endpoints" {
  name                              = "endpoints"
  resource_group_name               = var.resource_group_name
  virtual_network_name              = azurerm_virtual_network.network.name
  address_prefixes                  = [cidrsubnet(var.address_prefix, 2, 2)]
  default_outbound_access_enabled   = false
  private_endpoint_network_policies = "Enabled"
}

resource "azurerm_private_dns_zone" "zones" {
  for_each            = local.zone_names
  name                = each.value
  resource_group_name = var.resource_group_name
  tags                = var.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "zone_links" {
  for_each              = local.zone_names
  name                  = var.name
  resource_group_name   = var.resource_group_name
  private_dns_zone_name = azurerm_private_dns_zone.zones[each.key].name
  virtual_network_id    = azurerm_virtual_network.network.id
  registration_enabled  = false
  tags                  = var.tags
}
