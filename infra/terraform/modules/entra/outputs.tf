output "client_id" {
  description = "The client id."
  value       = azuread_application.application.client_id
}

output "audience" {
  description = "What callers ask a token for."
  value       = local.audience
}

output "principal_id" {
  description = "Whose roles are assigned to users, groups and applications."
  value       = azuread_service_principal.principal.object_id
}
