output "app_id" {
  description = "The app's resource id."
  value       = azurerm_linux_function_app.app.id
}

output "host_name" {
  description = "The app's host name."
  value       = azurerm_linux_function_app.app.default_hostname
}
