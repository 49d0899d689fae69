# What the app may do with each key, and no more: sign with one, wrap and unwrap with the other.

locals {
  definitions = "/subscriptions/${split("/", var.signing_key_id)[2]}/providers/Microsoft.Authorization/roleDefinitions"
}

resource "azurerm_role_assignment" "signer" {
  scope              = var.signing_key_id
  role_definition_id = "${local.definitions}/${var.signer_role}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_role_assignment" "wrapper" {
  scope              = var.wrapping_key_id
  role_definition_id = "${local.definitions}/${var.wrapper_role}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}
