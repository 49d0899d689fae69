variable "location" {
  description = "The region."
  type        = string
}

variable "name" {
  description = "Names begin with it."
  type        = string
}

variable "resource_group_name" {
  description = "The resource group."
  type        = string
}

variable "suffix" {
  description = "What makes names unique in Azure."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{5,13}$", var.suffix))
    error_message = "5 to 13 lower-case letters and digits."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "address_prefix" {
  description = "The network's addresses, a /24."
  type        = string
}

variable "allowed_ip_ranges" {
  description = "Public addresses that may reach it; none: private endpoints only."
  type        = list(string)
}

variable "hosting" {
  description = "The function app's plan and size: Flex Consumption scales to zero, Elastic Premium keeps instances warm."
  type = object({
    plan                   = string
    zone_redundant         = bool
    maximum_instances      = number
    always_ready_instances = number
    instance_memory_mb     = number
    premium_sku            = string
  })
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
    public_keys         = string
    allow_unsigned      = bool
    encryption          = string
    encryption_keys     = string
    replica_keep        = string
    replica_mode        = string
    replicated_vaults   = string
    approval            = string
    self_approval       = bool
    verify_sample       = number
    answer_mib          = number
    object_mib          = number
    credential_folders  = string
    resource_manager    = string
    otlp_endpoint       = string
    otlp_protocol       = string
    otlp_headers_secret = string
  })
}

variable "keep" {
  description = "For how many days what is kept, and after how many the vault moves to the cool and the cold tier."
  type = object({
    soft_delete_days     = number
    cool_after_days      = number
    cold_after_days      = number
    control_version_days = number
    telemetry_days       = number
  })
}

variable "alerts" {
  description = "Who gets alerts by mail, and the age in hours of a policy's oldest latest good point that is one."
  type = object({
    addresses               = list(string)
    maximum_point_age_hours = number
  })
}

variable "zone_redundant_storage" {
  description = "Storage over the region's zones."
  type        = bool
}

variable "hardware_keys" {
  description = "Keys in a hardware security module."
  type        = bool
}

variable "file_exports" {
  description = "Policies copy files of volumes into the vault's account."
  type        = bool
}

variable "custom_roles" {
  description = "The names (UUIDs) of the custom roles, by their keys in roles.json."
  type        = map(string)
}

variable "sign_in" {
  description = "What callers of the API sign in to: the client id of the app registration, and the audience of tokens."
  type = object({
    client_id = string
    audience  = string
  })
}
