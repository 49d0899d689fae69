output "sign_in" {
  description = "What callers of the API sign in to."
  value       = local.sign_in
}

output "app_name" {
  description = "The app's name: for deploying packages."
  value       = module.primary.app_name
}

output "api_url" {
  description = "The API."
  value       = module.primary.api_url
}

output "vault_url" {
  description = "HOLDFAST_VAULT of the command line."
  value       = module.primary.vault_url
}

output "control_url" {
  description = "HOLDFAST_CONTROL of the command line."
  value       = module.primary.control_url
}

output "vault_account_id" {
  description = "--account of \"holdfast vault check\"."
  value       = module.primary.vault_account_id
}

output "packages_url" {
  description = "Where packages of an app on an Elastic Premium plan are put."
  value       = module.primary.packages_url
}

output "key_vault_url" {
  description = "The Key Vault, of registrations too."
  value       = module.primary.key_vault_url
}

output "signing_key_url" {
  description = "The signing key with its version: its public half belongs in options.public_keys."
  value       = module.primary.signing_key_url
}

output "wrapping_key_url" {
  description = "The wrapping key with its version."
  value       = module.primary.wrapping_key_url
}

output "principal_id" {
  description = "The app's identity: the user that cluster role bindings name in clusters with Entra ID."
  value       = module.primary.principal_id
}

output "network_id" {
  description = "The app's network: peer networks of private API servers with it."
  value       = module.primary.network_id
}

output "egress_address" {
  description = "The address that API servers see."
  value       = module.primary.egress_address
}

output "standby" {
  description = "The same of the second region; null: there is none."
  value = local.has_standby ? {
    app_name         = module.secondary[0].app_name
    api_url          = module.secondary[0].api_url
    vault_url        = module.secondary[0].vault_url
    control_url      = module.secondary[0].control_url
    vault_account_id = module.secondary[0].vault_account_id
    packages_url     = module.secondary[0].packages_url
    key_vault_url    = module.secondary[0].key_vault_url
    signing_key_url  = module.secondary[0].signing_key_url
    wrapping_key_url = module.secondary[0].wrapping_key_url
    principal_id     = module.secondary[0].principal_id
    network_id       = module.secondary[0].network_id
    egress_address   = module.secondary[0].egress_address
  } : null
}
