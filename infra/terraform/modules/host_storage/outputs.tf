output "account_name" {
  description = "The account's name: AzureWebJobsStorage__accountName."
  value       = azurerm_storage_account.account.name
}

output "packages_url" {
  description = "Where the app's package is put."
  value       = "${azurerm_storage_account.account.primary_blob_endpoint}${azurerm_storage_container.packages.name}"
}
