# The app's identity. It outlives the app: what clusters and resource groups grant to it stays when the app is made again.

resource "azurerm_user_assigned_identity" "identity" {
  name                = "id-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}
