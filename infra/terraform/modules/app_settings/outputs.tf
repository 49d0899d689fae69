# The app settings, the same for both plans: every setting of docs/settings.md that is read on Azure, and no other. A test holds that.
output "settings" {
  description = "The settings."
  sensitive   = true
  value = {
    # Where the app keeps what it keeps.
    HOLDFAST_VAULT   = var.vault_url
    HOLDFAST_CONTROL = var.control_url

    # Where points are copied to, and which side this is.
    HOLDFAST_REPLICAS              = var.replicas
    HOLDFAST_REPLICA_KEEP          = var.options.replica_keep
    HOLDFAST_REPLICA_MODE          = var.options.replica_mode
    HOLDFAST_REPLICATED_KEY_VAULTS = var.options.replicated_vaults
    HOLDFAST_STANDBY               = tostring(var.is_standby)

    # Encryption.
    HOLDFAST_ENCRYPTION     = var.options.encryption
    HOLDFAST_ENCRYPTION_KEY = var.options.encryption_keys == "" ? var.wrapping_key_url : var.options.encryption_keys

    # Signatures and plans. Nothing is signed until the public half is trusted.
    HOLDFAST_SIGNING_KEY    = var.options.public_keys == "" ? "" : var.signing_key_url
    HOLDFAST_PUBLIC_KEYS    = var.options.public_keys
    HOLDFAST_ALLOW_UNSIGNED = tostring(var.options.allow_unsigned)
    HOLDFAST_PLAN_KEY       = "@Microsoft.KeyVault(VaultName=${var.key_vault_name};SecretName=plan-key)"

    # What registrations and restores may do. Programs and local addresses are for local machines.
    HOLDFAST_CREDENTIAL_FOLDERS    = var.options.credential_folders
    HOLDFAST_ALLOW_PROGRAMS        = "false"
    HOLDFAST_ALLOW_LOCAL_ENDPOINTS = "false"
    HOLDFAST_RESOURCE_MANAGER      = var.options.resource_manager
    HOLDFAST_APPROVAL              = var.options.approval
    HOLDFAST_SELF_APPROVAL         = tostring(var.options.self_approval)

    # Limits.
    HOLDFAST_ANSWER_MIB    = tostring(var.options.answer_mib)
    HOLDFAST_OBJECT_MIB    = tostring(var.options.object_mib)
    HOLDFAST_VERIFY_SAMPLE = tostring(var.options.verify_sample)

    # Telemetry.
    APPLICATIONINSIGHTS_CONNECTION_STRING     = var.insights_connection_string
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING = "Authorization=AAD;ClientId=${var.client_id}"
    OTEL_EXPORTER_OTLP_ENDPOINT               = var.options.otlp_endpoint
    OTEL_EXPORTER_OTLP_HEADERS = (
      var.options.otlp_headers_secret == ""
      ? ""
      : "@Microsoft.KeyVault(VaultName=${var.key_vault_name};SecretName=${var.options.otlp_headers_secret})"
    )
    OTEL_EXPORTER_OTLP_PROTOCOL = var.options.otlp_protocol
    OTEL_SERVICE_NAME           = var.service_name

    # Sign-in: with the app's own identity, to everything.
    AZURE_CLIENT_ID                  = var.client_id
    AzureWebJobsStorage__accountName = var.host_account_name
    AzureWebJobsStorage__credential  = "managedidentity"
    AzureWebJobsStorage__clientId    = var.client_id
  }
}
