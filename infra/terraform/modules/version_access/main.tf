# The one right that Azure has on subscriptions only: listing the Kubernetes versions of a region, for clusters that restores make.

locals {
  role = jsondecode(file("${path.module}/../../../shared/roles.json")).subscription.versionReader
}

resource "azurerm_role_definition" "version_reader" {
  name              = "${local.role.name} (${var.name} ${substr(var.subscription_id, 0, 8)})"
  description       = local.role.description
  scope             = "/subscriptions/${var.subscription_id}"
  assignable_scopes = ["/subscriptions/${var.subscription_id}"]

  permissions {
    actions          = local.role.actions
    not_actions      = []
    data_actions     = local.role.dataActions
    not_data_actions = []
  }
}

resource "azurerm_role_assignment" "version_reading" {
  scope              = "/subscriptions/${var.subscription_id}"
  role_definition_id = azurerm_role_definition.version_reader.role_definition_resource_id
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}
