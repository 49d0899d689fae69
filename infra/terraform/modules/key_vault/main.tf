# The Key Vault: keys, and the secrets that the app's settings and registrations name.

locals {
  roles       = jsondecode(file("${path.module}/../../../shared/roles.json")).builtIn
  definitions = "/subscriptions/${split("/", azurerm_key_vault.vault.id)[2]}/providers/Microsoft.Authorization/roleDefinitions"
}

data "azurerm_client_config" "current" {}

resource "azurerm_key_vault" "vault" {
  name                            = var.vault_name
  resource_group_name             = var.resource_group_name
  location                        = var.location
  tags                            = var.tags
  tenant_id                       = data.azurerm_client_config.current.tenant_id
  sku_name                        = var.hardware_keys ? "premium" : "standard"
  rbac_authorization_enabled      = true
  soft_delete_retention_days      = 90
  purge_protection_enabled        = true
  enabled_for_deployment          = false
  enabled_for_disk_encryption     = false
  enabled_for_template_deployment = false
  public_network_access_enabled   = length(var.allowed_ip_ranges) > 0

  network_acls {
    default_action = "Deny"
    bypass         = "None"
    ip_rules       = var.allowed_ip_ranges
  }
}

# Made by Azure Resource Manager, which needs no way to the Key Vault's own address: this is infra/bicep/modules/keys.bicep, as compiled.
resource "azurerm_resource_group_template_deployment" "keys" {
  name                = "${var.name}-keys"
  resource_group_name = var.resource_group_name
  deployment_mode     = "Incremental"
  tags                = var.tags
  template_content    = file("${path.module}/keys.json")
  parameters_content = jsonencode({
    vaultName    = { value = azurerm_key_vault.vault.name }
    hardwareKeys = { value = var.hardware_keys }
  })
}

module "key_access" {
  source          = "../key_access"
  signing_key_id  = jsondecode(azurerm_resource_group_template_deployment.keys.output_content).signingKeyId.value
  wrapping_key_id = jsondecode(azurerm_resource_group_template_deployment.keys.output_content).wrappingKeyId.value
  principal_id    = var.principal_id
  signer_role     = var.custom_roles.sealSigner
  wrapper_role    = var.custom_roles.keyWrapper
}

# The vault is Holdfast's own: what is in it is there for the app to read.
resource "azurerm_role_assignment" "secrets_user" {
  scope              = azurerm_key_vault.vault.id
  role_definition_id = "${local.definitions}/${local.roles.keyVaultSecretsUser}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}

module "vault_endpoint" {
  source              = "../private_endpoint"
  location            = var.location
  name                = "pe-${var.name}-key-vault"
  resource_group_name = var.resource_group_name
  tags                = var.tags
  target_id           = azurerm_key_vault.vault.id
  service             = "vault"
  private_network     = var.private_network
}
