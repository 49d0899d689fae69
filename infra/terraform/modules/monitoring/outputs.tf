output "connection_string" {
  description = "APPLICATIONINSIGHTS_CONNECTION_STRING. Not used without a sign-in."
  value       = azurerm_application_insights.insights.connection_string
  sensitive   = true
}

output "workspace_id" {
  description = "The workspace's resource id."
  value       = azurerm_log_analytics_workspace.workspace.id
}
