# The vault's storage: recovery points in a container that refuses deletion, and the control container beside it.

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
    versioning_enabled = true

    delete_retention_policy {
      days = var.soft_delete_days
    }

    container_delete_retention_policy {
      days = var.soft_delete_days
    }
  }
}

# azurerm has no container with immutability of versions: this is infra/bicep/modules/vaultContainer.bicep, as compiled.
resource "azurerm_resource_group_template_deployment" "vault_container" {
  name                = "${var.name}-vault-container"
  resource_group_name = var.resource_group_name
  deployment_mode     = "Incremental"
  tags                = var.tags
  template_content    = file("${path.module}/vaultContainer.json")
  parameters_content = jsonencode({
    accountName   = { value = azurerm_storage_account.account.name }
    containerName = { value = "vault" }
  })
}

resource "azurerm_storage_container" "control" {
  name                  = "control"
  storage_account_id    = azurerm_storage_account.account.id
  container_access_type = "private"
}

# Page blobs (images of disks) have no tiers. Nothing is archived: a restore reads at once.
resource "azurerm_storage_management_policy" "lifecycle" {
  storage_account_id = azurerm_storage_account.account.id

  rule {
    name    = "points"
    enabled = true

    filters {
      blob_types   = ["blockBlob"]
      prefix_match = ["vault/clusters/"]
    }

    actions {
      base_blob {
        tier_to_cool_after_days_since_creation_greater_than = var.cool_after_days
        tier_to_cold_after_days_since_creation_greater_than = var.cold_after_days
      }

      version {
        change_tier_to_cool_after_days_since_creation       = var.cool_after_days
        tier_to_cold_after_days_since_creation_greater_than = var.cold_after_days
      }
    }
  }

  rule {
    name    = "control-versions"
    enabled = true

    filters {
      blob_types   = ["blockBlob"]
      prefix_match = ["control/"]
    }

    actions {
      version {
        delete_after_days_since_creation = var.control_version_days
      }
    }
  }
}

module "vault_writer" {
  source       = "../vault_writer"
  container_id = jsondecode(azurerm_resource_group_template_deployment.vault_container.output_content).id.value
  principal_id = var.principal_id
  writer_role  = var.custom_roles.vaultWriter
}

resource "azurerm_role_assignment" "control_contributor" {
  scope              = azurerm_storage_container.control.id
  role_definition_id = "${local.definitions}/${local.roles.storageBlobDataContributor}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_role_assignment" "account_reader" {
  scope              = azurerm_storage_account.account.id
  role_definition_id = "${local.definitions}/${var.custom_roles.vaultAccountReader}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}

# Repositories of files are containers of this account that the app makes. Its data access there ends at their prefix.
resource "azurerm_role_assignment" "file_contributor" {
  count              = var.file_exports ? 1 : 0
  scope              = azurerm_storage_account.account.id
  role_definition_id = "${local.definitions}/${local.roles.storageBlobDataContributor}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
  condition_version  = "2.0"
  condition          = file("${path.module}/../../../shared/file-exports.condition")
}

module "blob_endpoint" {
  source              = "../private_endpoint"
  location            = var.location
  name                = "pe-${var.name}-vault-blob"
  resource_group_name = var.resource_group_name
  tags                = var.tags
  target_id           = azurerm_storage_account.account.id
  service             = "blob"
  private_network     = var.private_network
}
