# All of Holdfast in one region: identity, network, storage, keys, monitoring and the app.

locals {
  is_flex  = var.hosting.plan == "FlexConsumption"
  app_name = "func-${var.name}-${var.suffix}"
  app      = local.is_flex ? module.flex_app[0] : module.premium_app[0]
}

module "identity" {
  source              = "../identity"
  location            = var.location
  name                = var.name
  resource_group_name = var.resource_group_name
  tags                = var.tags
}

module "network" {
  source              = "../network"
  location            = var.location
  name                = var.name
  resource_group_name = var.resource_group_name
  tags                = var.tags
  plan                = var.hosting.plan
  address_prefix      = var.address_prefix
}

module "host_storage" {
  source              = "../host_storage"
  location            = var.location
  name                = var.name
  resource_group_name = var.resource_group_name
  tags                = var.tags
  account_name        = substr("st${var.name}h${var.suffix}", 0, 24)
  zone_redundant      = var.zone_redundant_storage
  principal_id        = module.identity.principal_id
  allowed_ip_ranges   = var.allowed_ip_ranges
  private_network     = module.network.private
}

module "vault" {
  source               = "../vault"
  location             = var.location
  name                  = var.name
  resource_group_name  = var.resource_group_name
  tags                  = var.tags
  account_name         = substr("st${var.name}v${var.suffix}", 0, 24)
  zone_redundant       = var.zone_redundant_storage
  soft_delete_days     = var.keep.soft_delete_days
  cool_after_days      = var.keep.cool_after_days
  cold_after_days      = var.keep.cold_after_days
  control_version_days = var.keep.control_version_days
  file_exports         = var.file_exports
  principal_id         = module.identity.principal_id
  custom_roles         = var.custom_roles
  allowed_ip_ranges    = var.allowed_ip_ranges
  private_network      = module.network.private
}

module "key_vault" {
  source              = "../key_vault"
  location            = var.location
  name                = var.name
  resource_group_name = var.resource_group_name
  tags                = var.tags
  vault_name          = trimsuffix(substr("kv-${var.name}-${var.suffix}", 0, 24), "-")
  hardware_keys       = var.hardware_keys
  principal_id        = module.identity.principal_id
  custom_roles        = var.custom_roles
  allowed_ip_ranges   = var.allowed_ip_ranges
  private_network     = module.network.private
}

module "monitoring" {
  source                  = "../monitoring"
  location                = var.location
  name                    = var.name
  resource_group_name     = var.resource_group_name
  tags                    = var.tags
  retention_days          = var.keep.telemetry_days
  alert_addresses         = var.alerts.addresses
  maximum_point_age_hours = var.alerts.maximum_point_age_hours
  principal_id            = module.identity.principal_id
}

module "app_settings" {
  source                     = "../app_settings"
  service_name               = var.name
  vault_url                  = module.vault.vault_url
  control_url                = module.vault.control_url
  host_account_name          = module.host_storage.account_name
  key_vault_name             = module.key_vault.vault_name
  signing_key_url            = module.key_vault.signing_key_url
  wrapping_key_url           = module.key_vault.wrapping_key_url
  replicas                   = var.replicas
  is_standby                 = var.is_standby
  client_id                  = module.identity.client_id
  insights_connection_string = module.monitoring.connection_string
  options                    = var.options
}

module "flex_app" {
  source              = "../flex_app"
  count               = local.is_flex ? 1 : 0
  location            = var.location
  name                = var.name
  resource_group_name = var.resource_group_name
  tags                = var.tags
  app_name            = local.app_name
  hosting             = var.hosting
  identity_id         = module.identity.id
  subnet_id           = module.network.app_subnet_id
  packages_url        = module.host_storage.packages_url
  settings            = module.app_settings.settings
  sign_in             = var.sign_in
  allowed_ip_ranges   = var.allowed_ip_ranges
}

module "premium_app" {
  source              = "../premium_app"
  count               = local.is_flex ? 0 : 1
  location            = var.location
  name                = var.name
  resource_group_name = var.resource_group_name
  tags                = var.tags
  app_name            = local.app_name
  hosting             = var.hosting
  identity_id         = module.identity.id
  subnet_id           = module.network.app_subnet_id
  packages_url        = module.host_storage.packages_url
  settings            = module.app_settings.settings
  sign_in             = var.sign_in
  allowed_ip_ranges   = var.allowed_ip_ranges
}

module "app_endpoint" {
  source              = "../private_endpoint"
  location            = var.location
  name                = "pe-${var.name}-app"
  resource_group_name = var.resource_group_name
  tags                = var.tags
  target_id           = local.app.app_id
  service             = "sites"
  private_network     = module.network.private
}
