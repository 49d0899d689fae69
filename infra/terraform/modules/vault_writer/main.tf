# An identity's right to write points to a vault's container: the app's own, or that of the other region's app.

locals {
  definitions = "/subscriptions/${split("/", var.container_id)[2]}/providers/Microsoft.Authorization/roleDefinitions"
}

resource "azurerm_role_assignment" "writer" {
  scope              = var.container_id
  role_definition_id = "${local.definitions}/${var.writer_role}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}
