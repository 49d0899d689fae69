# The Functions host's storage: Durable Functions' queues, tables and leases, and the app's package. Opened by identity only.

locals {
  roles       = jsondecode(file("${path.module}/../../../shared/roles.json")).builtIn
  definitions = "/subscriptions/${split("/", azurerm_storage_account.account.id)[2]}/providers/Microsoft.Authorization/roleDefinitions"
}

resource "azurerm_storage_account" "account" {
  name                             = var.account_name
  resource_group_name              = var.resource_group_name
  location                         = var.location
  tags                             = var.tags
  account_kind                     = "StorageV2"
  account_tier                     = "Standard"
  account_replication_type         = var.zone_redundant ? "ZRS" : "LRS"
  access_tier                      = "Hot"
  allow_nested_items_to_be_public  = false
  shared_access_key_enabled        = false
  cross_tenant_replication_enabled = false
  default_to_oauth_authentication  = true
  local_user_enabled               = false
  min_tls_version                  = "TLS1_2"
  https_traffic_only_enabled       = true
  public_network_access_enabled    = length(var.allowed_ip_ranges) > 0

  network_rules {
    default_action = "Deny"
    bypass         = ["None"]
    ip_rules       = var.allowed_ip_ranges
  }

  blob_properties {
    delete_retention_policy {
      days = 7
    }

    container_delete_retention_policy {
      days = 7
    }
  }
}

resource "azurerm_storage_container" "packages" {
  name                  = "packages"
  storage_account_id    = azurerm_storage_account.account.id
  container_access_type = "private"
}

# What the Functions host asks of its storage, and Durable Functions of queues and tables.
resource "azurerm_role_assignment" "blob_owner" {
  scope              = azurerm_storage_account.account.id
  role_definition_id = "${local.definitions}/${local.roles.storageBlobDataOwner}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_role_assignment" "queue_contributor" {
  scope              = azurerm_storage_account.account.id
  role_definition_id = "${local.definitions}/${local.roles.storageQueueDataContributor}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_role_assignment" "table_contributor" {
  scope              = azurerm_storage_account.account.id
  role_definition_id = "${local.definitions}/${local.roles.storageTableDataContributor}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}

module "blob_endpoint" {
  source              = "../private_endpoint"
  location            = var.location
  name                = "pe-${var.name}-host-blob"
  resource_group_name = var.resource_group_name
  tags                = var.tags
  target_id           = azurerm_storage_account.account.id
  service             = "blob"
  private_network     = var.private_network
}

module "queue_endpoint" {
  source              = "../private_endpoint"
  location            = var.location
  name                = "pe-${var.name}-host-queue"
  resource_group_name = var.resource_group_name
  tags                = var.tags
  target_id           = azurerm_storage_account.account.id
  service             = "queue"
  private_network     = var.private_network
}

module "table_endpoint" {
  source              = "../private_endpoint"
  location            = var.location
  name                = "pe-${var.name}-host-table"
  resource_group_name = var.resource_group_name
  tags                = var.tags
  target_id           = azurerm_storage_account.account.id
  service             = "table"
  private_network     = var.private_network
}
