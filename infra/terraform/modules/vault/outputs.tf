output "account_id" {
  description = "The account's resource id."
  value       = azurerm_storage_account.account.id
}

output "vault_container_id" {
  description = "The vault container's resource id."
  value       = jsondecode(azurerm_resource_group_template_deployment.vault_container.output_content).id.value
}

output "vault_url" {
  description = "HOLDFAST_VAULT."
  value       = "${azurerm_storage_account.account.primary_blob_endpoint}vault"
}

output "control_url" {
  description = "HOLDFAST_CONTROL."
  value       = "${azurerm_storage_account.account.primary_blob_endpoint}${azurerm_storage_container.control.name}"
}
