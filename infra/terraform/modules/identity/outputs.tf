output "id" {
  description = "The resource id."
  value       = azurerm_user_assigned_identity.identity.id
}

output "principal_id" {
  description = "What roles are assigned to, and what bindings in clusters with Entra ID name as user."
  value       = azurerm_user_assigned_identity.identity.principal_id
}

output "client_id" {
  description = "What the app signs in as."
  value       = azurerm_user_assigned_identity.identity.client_id
}
