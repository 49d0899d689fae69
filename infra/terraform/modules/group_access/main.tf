# What the app may do in one resource group of protected clusters, their disks, or clusters to come.

locals {
  roles       = jsondecode(file("${path.module}/../../../shared/roles.json")).builtIn
  definitions = "/subscriptions/${split("/", var.resource_group_id)[2]}/providers/Microsoft.Authorization/roleDefinitions"
}

resource "azurerm_role_assignment" "cluster_reader" {
  count              = var.capture ? 1 : 0
  scope              = var.resource_group_id
  role_definition_id = "${local.definitions}/${var.custom_roles.clusterReader}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_role_assignment" "disk_snapshots" {
  count              = var.capture ? 1 : 0
  scope              = var.resource_group_id
  role_definition_id = "${local.definitions}/${var.custom_roles.diskSnapshots}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_role_assignment" "disk_restore" {
  count              = var.restore_disks ? 1 : 0
  scope              = var.resource_group_id
  role_definition_id = "${local.definitions}/${var.custom_roles.diskRestore}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_role_assignment" "cluster_creator" {
  count              = var.new_clusters ? 1 : 0
  scope              = var.resource_group_id
  role_definition_id = "${local.definitions}/${var.custom_roles.clusterCreator}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}

# Restores into a cluster with Azure RBAC that the app has made.
resource "azurerm_role_assignment" "cluster_admin" {
  count              = var.new_clusters ? 1 : 0
  scope              = var.resource_group_id
  role_definition_id = "${local.definitions}/${local.roles.aksRbacClusterAdmin}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}
