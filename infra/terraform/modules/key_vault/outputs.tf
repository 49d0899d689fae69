output "vault_name" {
  description = "The Key Vault's name."
  value       = azurerm_key_vault.vault.name
}

output "vault_url" {
  description = "The Key Vault's address: keyVault.vault of registrations."
  value       = azurerm_key_vault.vault.vault_uri
}

output "signing_key_url" {
  description = "The signing key with its version: HOLDFAST_SIGNING_KEY."
  value       = jsondecode(azurerm_resource_group_template_deployment.keys.output_content).signingKeyUrl.value
}

output "wrapping_key_url" {
  description = "The wrapping key with its version."
  value       = jsondecode(azurerm_resource_group_template_deployment.keys.output_content).wrappingKeyUrl.value
}
