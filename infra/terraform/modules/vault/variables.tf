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

variable "account_name" {
  description = "The account's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]{3,24}$", var.account_name))
    error_message = "An account has 3 to 24 lower-case letters and digits."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "zone_redundant" {
  description = "Zone-redundant storage."
  type        = bool
}

variable "soft_delete_days" {
  description = "Days for which soft delete keeps blobs and containers."
  type        = number

  validation {
    condition     = var.soft_delete_days >= 7 && var.soft_delete_days <= 365
    error_message = "7 to 365 days."
  }
}

variable "cool_after_days" {
  description = "Days after which packs move to the cool tier."
  type        = number

  validation {
    condition     = var.cool_after_days >= 30
    error_message = "30 days or more."
  }
}

variable "cold_after_days" {
  description = "Days after which packs move to the cold tier."
  type        = number

  validation {
    condition     = var.cold_after_days >= 60 && var.cold_after_days > var.cool_after_days
    error_message = "60 days or more, and later than cool."
  }
}

variable "control_version_days" {
  description = "Days for which earlier versions of control documents are kept."
  type        = number

  validation {
    condition     = var.control_version_days >= 1
    error_message = "1 day or more."
  }
}

variable "file_exports" {
  description = "Policies copy the files of volumes into this account."
  type        = bool
}

variable "principal_id" {
  description = "Whom the app signs in as."
  type        = string
}

variable "custom_roles" {
  description = "The names (UUIDs) of the custom roles, by their keys in roles.json."
  type        = map(string)
}

variable "allowed_ip_ranges" {
  description = "Public addresses that may reach it; none: private endpoints only."
  type        = list(string)
}

variable "private_network" {
  description = "The subnet of private endpoints, and the ids of the private DNS zones: blob, queue, table, vault, sites."
  type = object({
    endpoint_subnet_id = string
    zone_ids           = map(string)
  })
}
