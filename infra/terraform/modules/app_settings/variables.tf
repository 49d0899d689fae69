variable "service_name" {
  description = "The app's name in telemetry."
  type        = string
}

variable "vault_url" {
  description = "The vault's URL."
  type        = string
}

variable "control_url" {
  description = "The control container's URL."
  type        = string
}

variable "host_account_name" {
  description = "The host's storage account."
  type        = string
}

variable "key_vault_name" {
  description = "The Key Vault's name."
  type        = string
}

variable "signing_key_url" {
  description = "The signing key with its version."
  type        = string
}

variable "client_id" {
  description = "The client id of the app's identity."
  type        = string
}

variable "insights_connection_string" {
  description = "Of Application Insights."
  type        = string
}

variable "wrapping_key_url" {
  description = "The wrapping key with its version."
  type        = string
}

variable "replicas" {
  description = "HOLDFAST_REPLICAS: NAME=URL of each container that points are copied to; empty: none."
  type        = string
}

variable "is_standby" {
  description = "The vault holds replicas, and the app waits to take over."
  type        = bool
}

variable "options" {
  description = "What the app reads from its settings (docs/settings.md): each member is the setting of its name."
  type = object({
    public_keys         = optional(string, "")
    allow_unsigned      = optional(bool, false)
    encryption          = optional(string, "")
    encryption_keys     = optional(string, "")
    replica_keep        = optional(string, "")
    replica_mode        = optional(string, "locked")
    replicated_vaults   = optional(string, "")
    approval            = optional(string, "optional")
    self_approval       = optional(bool, false)
    verify_sample       = optional(number, 5)
    answer_mib          = optional(number, 64)
    object_mib          = optional(number, 16)
    credential_folders  = optional(string, "")
    resource_manager    = optional(string, "")
    otlp_endpoint       = optional(string, "")
    otlp_protocol       = optional(string, "grpc")
    otlp_headers_secret = optional(string, "")
  })

  validation {
    condition     = contains(["", "secrets", "everything"], var.options.encryption)
    error_message = "encryption is empty, secrets or everything."
  }

  validation {
    condition     = contains(["locked", "unlocked"], var.options.replica_mode)
    error_message = "replica_mode is locked or unlocked."
  }

  validation {
    condition     = contains(["optional", "required"], var.options.approval)
    error_message = "approval is optional or required."
  }

  validation {
    condition     = var.options.verify_sample >= 0 && var.options.verify_sample <= 100
    error_message = "verify_sample is 0 to 100."
  }

  validation {
    condition     = var.options.answer_mib >= 1 && var.options.answer_mib <= 1024
    error_message = "answer_mib is 1 to 1024."
  }

  validation {
    condition     = var.options.object_mib >= 1 && var.options.object_mib <= 64
    error_message = "object_mib is 1 to 64."
  }

  validation {
    condition     = contains(["grpc", "http/protobuf"], var.options.otlp_protocol)
    error_message = "otlp_protocol is grpc or http/protobuf."
  }
}
