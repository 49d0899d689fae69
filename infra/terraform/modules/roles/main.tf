# The custom roles: exactly what the app asks of Azure (infra/shared/roles.json says what each is for). Assignable in the app's resource
# group and in those that the app is given access to.

resource "azurerm_role_definition" "roles" {
  for_each          = jsondecode(file("${path.module}/../../../shared/roles.json")).custom
  name              = "${each.value.name} (${var.name})"
  description       = each.value.description
  scope             = var.resource_group_id
  assignable_scopes = distinct(concat([var.resource_group_id], var.resource_group_ids))

  permissions {
    actions          = each.value.actions
    not_actions      = []
    data_actions     = each.value.dataActions
    not_data_actions = []
  }
}
