# The function app on a Flex Consumption plan. azurerm's resource for it has no identity of Key Vault references, and knew no .NET 10 for
# long: this is infra/bicep/modules/flexApp.bicep, as compiled.

resource "azurerm_resource_group_template_deployment" "flex_app" {
  name                = "${var.name}-flex-app"
  resource_group_name = var.resource_group_name
  deployment_mode     = "Incremental"
  tags                = var.tags
  template_content    = file("${path.module}/flexApp.json")
  parameters_content = jsonencode({
    location = { value = var.location }
    name     = { value = var.name }
    appName  = { value = var.app_name }
    tags     = { value = var.tags }
    hosting = {
      value = {
        plan                 = var.hosting.plan
        zoneRedundant        = var.hosting.zone_redundant
        maximumInstances     = var.hosting.maximum_instances
        alwaysReadyInstances = var.hosting.always_ready_instances
        instanceMemoryMB     = var.hosting.instance_memory_mb
        premiumSku           = var.hosting.premium_sku
      }
    }
    identityId  = { value = var.identity_id }
    subnetId    = { value = var.subnet_id }
    packagesUrl = { value = var.packages_url }
    settings    = { value = var.settings }
    signIn = {
      value = {
        clientId = var.sign_in.client_id
        audience = var.sign_in.audience
      }
    }
    allowedIpRanges = { value = var.allowed_ip_ranges }
  })
}
