# The function app on an Elastic Premium plan. It runs its package from the host's storage, since a share of files would need a key.

locals {
  members = ["APPLICATIONINSIGHTS_CONNECTION_STRING", "AzureWebJobsStorage__accountName"]
}

data "azurerm_client_config" "current" {}

resource "azurerm_service_plan" "plan" {
  name                         = "plan-${var.name}"
  resource_group_name          = var.resource_group_name
  location                     = var.location
  tags                         = var.tags
  os_type                      = "Linux"
  sku_name                     = var.hosting.premium_sku
  zone_balancing_enabled       = var.hosting.zone_redundant
  worker_count                 = var.hosting.zone_redundant ? 3 : 1
  maximum_elastic_worker_count = max(3, var.hosting.maximum_instances)
}

resource "azurerm_linux_function_app" "app" {
  name                          = var.app_name
  resource_group_name           = var.resource_group_name
  location                      = var.location
  tags                          = var.tags
  service_plan_id               = azurerm_service_plan.plan.id
  https_only                    = true
  public_network_access_enabled = length(var.allowed_ip_ranges) > 0

  # The host's storage is reached by identity: no key, and no share of files.
  storage_account_name          = var.settings["AzureWebJobsStorage__accountName"]
  storage_uses_managed_identity = true
  content_share_force_disabled  = true
  builtin_logging_enabled       = false

  key_vault_reference_identity_id = var.identity_id
  virtual_network_subnet_id       = var.subnet_id
  functions_extension_version     = "~4"

  # Packages are deployed with a sign-in, never with a password.
  ftp_publish_basic_authentication_enabled       = false
  webdeploy_publish_basic_authentication_enabled = false

  identity {
    type         = "UserAssigned"
    identity_ids = [var.identity_id]
  }

  # azurerm has members of its own for two of them.
  app_settings = merge({ for name, value in var.settings : name => value if !contains(local.members, name) }, {
    WEBSITE_RUN_FROM_PACKAGE                     = "${var.packages_url}/holdfast.zip"
    WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID = var.identity_id
  })

  site_config {
    application_insights_connection_string = var.settings["APPLICATIONINSIGHTS_CONNECTION_STRING"]
    minimum_tls_version                    = "1.2"
    scm_minimum_tls_version                = "1.2"
    http2_enabled                          = true
    ftps_state                             = "Disabled"
    vnet_route_all_enabled                 = true
    runtime_scale_monitoring_enabled       = true
    health_check_path                      = "/api/health/live"
    health_check_eviction_time_in_min      = 10
    ip_restriction_default_action          = "Deny"
    scm_ip_restriction_default_action      = "Deny"
    scm_use_main_ip_restriction            = true

    application_stack {
      dotnet_version              = "10.0"
      use_dotnet_isolated_runtime = true
    }

    dynamic "ip_restriction" {
      for_each = var.allowed_ip_ranges

      content {
        name       = "operators-${ip_restriction.key}"
        action     = "Allow"
        priority   = 100 + ip_restriction.key
        ip_address = strcontains(ip_restriction.value, "/") ? ip_restriction.value : "${ip_restriction.value}/32"
      }
    }
  }

  auth_settings_v2 {
    auth_enabled           = true
    require_authentication = true
    unauthenticated_action = "Return401"
    excluded_paths         = ["/api/health/live", "/api/health/ready"]
    require_https          = true

    active_directory_v2 {
      client_id            = var.sign_in.client_id
      tenant_auth_endpoint = "https://login.microsoftonline.com/${data.azurerm_client_config.current.tenant_id}/v2.0"
      allowed_audiences    = [var.sign_in.client_id, var.sign_in.audience]
    }

    login {
      token_store_enabled = false
    }
  }
}
