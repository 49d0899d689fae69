# Holdfast on Azure: a region, and with 'standby' a second one that takes over. Both resource groups must exist. docs/deploy.md.

data "azurerm_resource_group" "primary" {
  name = var.resource_group_name
}

data "azurerm_resource_group" "standby" {
  count = local.has_standby ? 1 : 0
  name  = var.standby.resource_group_name
}

locals {
  standby_name           = "${var.name}dr"
  has_standby            = var.standby != null
  groups                 = distinct(concat(var.capture_groups, var.restore_disk_groups, var.new_cluster_groups))
  creation_subscriptions = distinct([for id in var.new_cluster_groups : split("/", id)[2]])

  suffix                 = substr(sha256("${data.azurerm_resource_group.primary.id}/${var.name}"), 0, 12)
  standby_group          = one(data.azurerm_resource_group.standby[*].id)
  standby_suffix         = substr(sha256("${coalesce(local.standby_group, "none")}/${local.standby_name}"), 0, 12)
  vault_url              = "https://${substr("st${var.name}v${local.suffix}", 0, 24)}.blob.core.windows.net/vault"
  standby_vault_url      = "https://${substr("st${local.standby_name}v${local.standby_suffix}", 0, 24)}.blob.core.windows.net/vault"

  sign_in = var.registration != null ? var.registration : {
    client_id = module.entra[0].client_id
    audience  = module.entra[0].audience
  }
}

module "roles" {
  source             = "./modules/roles"
  name               = var.name
  resource_group_id  = data.azurerm_resource_group.primary.id
  resource_group_ids = concat(data.azurerm_resource_group.standby[*].id, local.groups)
}

module "entra" {
  source = "./modules/entra"
  count  = var.registration == null ? 1 : 0
  name   = var.name
}

module "primary" {
  source                 = "./modules/stamp"
  location               = var.location
  name                   = var.name
  resource_group_name    = var.resource_group_name
  suffix                 = local.suffix
  replicas               = local.has_standby ? "standby=${local.standby_vault_url}" : ""
  is_standby             = false
  address_prefix         = var.address_prefix
  tags                   = merge(var.tags, { holdfast-role = "primary" })
  allowed_ip_ranges      = var.allowed_ip_ranges
  hosting                = var.hosting
  options                = var.options
  keep                   = var.keep
  alerts                 = var.alerts
  zone_redundant_storage = var.zone_redundant_storage
  hardware_keys          = var.hardware_keys
  file_exports           = var.file_exports
  custom_roles           = module.roles.ids
  sign_in                = local.sign_in
}

module "secondary" {
  source                 = "./modules/stamp"
  count                  = local.has_standby ? 1 : 0
  location               = var.standby.location
  name                   = local.standby_name
  resource_group_name    = var.standby.resource_group_name
  suffix                 = local.standby_suffix
  replicas               = "primary=${local.vault_url}"
  is_standby             = true
  address_prefix         = var.standby.address_prefix
  tags                   = merge(var.tags, { holdfast-role = "standby" })
  allowed_ip_ranges      = var.allowed_ip_ranges
  hosting                = var.hosting
  options                = var.options
  keep                   = var.keep
  alerts                 = var.alerts
  zone_redundant_storage = var.zone_redundant_storage
  hardware_keys          = var.hardware_keys
  file_exports           = var.file_exports
  custom_roles           = module.roles.ids
  sign_in                = local.sign_in
}

# Replication: each app writes to the vault of the other region, over a private endpoint in its own network.
module "replica_writer" {
  source       = "./modules/vault_writer"
  count        = local.has_standby ? 1 : 0
  container_id = module.secondary[0].vault_container_id
  principal_id = module.primary.principal_id
  writer_role  = module.roles.ids.vaultWriter
}

module "replica_endpoint" {
  source              = "./modules/private_endpoint"
  count               = local.has_standby ? 1 : 0
  location            = var.location
  name                = "pe-${var.name}-replica"
  resource_group_name = var.resource_group_name
  tags                = var.tags
  target_id           = module.secondary[0].vault_account_id
  service             = "blob"
  private_network     = module.primary.private_network
}

module "failback_writer" {
  source       = "./modules/vault_writer"
  count        = local.has_standby ? 1 : 0
  container_id = module.primary.vault_container_id
  principal_id = module.secondary[0].principal_id
  writer_role  = module.roles.ids.vaultWriter
}

module "failback_endpoint" {
  source              = "./modules/private_endpoint"
  count               = local.has_standby ? 1 : 0
  location            = var.standby.location
  name                = "pe-${local.standby_name}-failback"
  resource_group_name = var.standby.resource_group_name
  tags                = var.tags
  target_id           = module.primary.vault_account_id
  service             = "blob"
  private_network     = module.secondary[0].private_network
}

module "primary_access" {
  source            = "./modules/group_access"
  for_each          = toset(local.groups)
  resource_group_id = each.value
  principal_id      = module.primary.principal_id
  custom_roles      = module.roles.ids
  capture           = contains(var.capture_groups, each.value)
  restore_disks     = contains(var.restore_disk_groups, each.value)
  new_clusters      = contains(var.new_cluster_groups, each.value)
}

module "standby_access" {
  source            = "./modules/group_access"
  for_each          = toset(local.has_standby ? local.groups : [])
  resource_group_id = each.value
  principal_id      = module.secondary[0].principal_id
  custom_roles      = module.roles.ids
  capture           = contains(var.capture_groups, each.value)
  restore_disks     = contains(var.restore_disk_groups, each.value)
  new_clusters      = contains(var.new_cluster_groups, each.value)
}

module "primary_versions" {
  source          = "./modules/version_access"
  for_each        = toset(local.creation_subscriptions)
  name            = var.name
  subscription_id = each.value
  principal_id    = module.primary.principal_id
}

module "standby_versions" {
  source          = "./modules/version_access"
  for_each        = toset(local.has_standby ? local.creation_subscriptions : [])
  name            = local.standby_name
  subscription_id = each.value
  principal_id    = module.secondary[0].principal_id
}
