variable "resource_group_name" {
  description = "The resource group, which must exist."
  type        = string
}

variable "location" {
  description = "The region."
  type        = string
}

variable "name" {
  description = "Names begin with it."
  type        = string
  default     = "holdfast"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,7}$", var.name))
    error_message = "3 to 8 lower-case letters and digits are needed."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
}

variable "address_prefix" {
  description = "The network's addresses, a /24 that overlaps with those of no network that it is peered with."
  type        = string
  default     = "10.90.0.0/24"
}

variable "allowed_ip_ranges" {
  description = "Public addresses (CIDR, at most a /30 for storage, or single ones) of operators and runners; none: private endpoints only."
  type        = list(string)
  default     = []
}

variable "hosting" {
  description = "The function app's plan and size: Flex Consumption scales to zero, Elastic Premium keeps instances warm."
  type = object({
    plan                   = optional(string, "FlexConsumption")
    zone_redundant         = optional(bool, false)
    maximum_instances      = optional(number, 40)
    always_ready_instances = optional(number, 0)
    instance_memory_mb     = optional(number, 2048)
    premium_sku            = optional(string, "EP1")
  })
  default = {}

  validation {
    condition     = contains(["FlexConsumption", "ElasticPremium"], var.hosting.plan)
    error_message = "plan is FlexConsumption or ElasticPremium."
  }

  validation {
    condition     = var.hosting.maximum_instances >= 1 && var.hosting.maximum_instances <= 100
    error_message = "maximum_instances is 1 to 100; at least 40 are allowed on Flex Consumption, 3 on Elastic Premium."
  }

  validation {
    condition     = var.hosting.always_ready_instances >= 0 && var.hosting.always_ready_instances <= 20
    error_message = "always_ready_instances is 0 to 20."
  }

  validation {
    condition     = contains([2048, 4096], var.hosting.instance_memory_mb)
    error_message = "instance_memory_mb is 2048 or 4096."
  }

  validation {
    condition     = contains(["EP1", "EP2", "EP3"], var.hosting.premium_sku)
    error_message = "premium_sku is EP1, EP2 or EP3."
  }
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
  default = {}

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

variable "keep" {
  description = "For how many days what is kept, and after how many the vault moves to the cool and the cold tier."
  type = object({
    soft_delete_days     = optional(number, 30)
    cool_after_days      = optional(number, 30)
    cold_after_days      = optional(number, 90)
    control_version_days = optional(number, 30)
    telemetry_days       = optional(number, 30)
  })
  default = {}
}

variable "alerts" {
  description = "Who gets alerts by mail, and the age in hours of a policy's oldest latest good point that is one."
  type = object({
    addresses               = optional(list(string), [])
    maximum_point_age_hours = optional(number, 26)
  })
  default = {}
}

variable "zone_redundant_storage" {
  description = "Storage over the region's zones."
  type        = bool
  default     = true
}

variable "hardware_keys" {
  description = "Keys in a hardware security module."
  type        = bool
  default     = false
}

variable "file_exports" {
  description = "Policies copy files of volumes into the vault's account."
  type        = bool
  default     = false
}

variable "capture_groups" {
  description = "Ids of resource groups of AKS clusters to capture, of their nodes, and of copies of their disks' snapshots."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.capture_groups : can(regex("^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]+$", id))])
    error_message = "Ids are needed: /subscriptions/ID/resourceGroups/NAME."
  }
}

variable "restore_disk_groups" {
  description = "Ids of resource groups that restores make disks in: those of the nodes, as a rule."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.restore_disk_groups : can(regex("^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]+$", id))])
    error_message = "Ids are needed: /subscriptions/ID/resourceGroups/NAME."
  }
}

variable "new_cluster_groups" {
  description = "Ids of resource groups that restores make AKS clusters in, and of the subnets and identities that these use."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.new_cluster_groups : can(regex("^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]+$", id))])
    error_message = "Ids are needed: /subscriptions/ID/resourceGroups/NAME."
  }
}

variable "registration" {
  description = "An existing app registration; null: one is made, which needs the right to create applications in Entra ID."
  type = object({
    client_id = string
    audience  = string
  })
  default = null
}

variable "standby" {
  description = "The second region: an app with its own vault, which holds the replicas of the first one's; null: there is only one."
  type = object({
    resource_group_name = string
    location            = string
    address_prefix      = string
  })
  default = null
}
