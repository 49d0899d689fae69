output "app_id" {
  description = "The app's resource id."
  value       = jsondecode(azurerm_resource_group_template_deployment.flex_app.output_content).appId.value
}

output "host_name" {
  description = "The app's host name."
  value       = jsondecode(azurerm_resource_group_template_deployment.flex_app.output_content).hostName.value
}
