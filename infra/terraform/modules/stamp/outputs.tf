output "app_name" {
  description = "The app's name: for deploying packages."
  value       = local.app_name
}

output "api_url" {
  description = "The API."
  value       = "https://${local.app.host_name}/api"
}

output "vault_url" {
  description = "HOLDFAST_VAULT of the command line."
  value       = module.vault.vault_url
}

output "control_url" {
  description = "HOLDFAST_CONTROL of the command line."
  value       = module.vault.control_url
}

output "vault_account_id" {
  description = "--account of \"holdfast vault check\"."
  value       = module.vault.account_id
}

output "vault_container_id" {
  description = "The vault container's resource id."
  value       = module.vault.vault_container_id
}

output "packages_url" {
  description = "Where packages of an app on an Elastic Premium plan are put."
  value       = module.host_storage.packages_url
}

output "key_vault_url" {
  description = "The Key Vault, of registrations too."
  value       = module.key_vault.vault_url
}

output "signing_key_url" {
  description = "The signing key with its version: its public half belongs in options.public_keys."
  value       = module.key_vault.signing_key_url
}

output "wrapping_key_url" {
  description = "The wrapping key with its version."
  value       = module.key_vault.wrapping_key_url
}

output "principal_id" {
  description = "The app's identity: the user that cluster role bindings name in clusters with Entra ID."
  value       = module.identity.principal_id
}

output "network_id" {
  description = "The app's network: peer networks of private API servers with it."
  value       = module.network.network_id
}

output "private_network" {
  description = "Where private endpoints are made."
  value       = module.network.private
}

output "egress_address" {
  description = "The address that API servers see."
  value       = module.network.egress_address
}
