output "ids" {
  description = "The names (UUIDs) of the roles, by their keys in roles.json."
  value       = { for key, role in azurerm_role_definition.roles : key => role.role_definition_id }
}
