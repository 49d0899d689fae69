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

variable "vault_name" {
  description = "The Key Vault's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,23}$", var.vault_name))
    error_message = "A Key Vault has 3 to 24 letters, digits and dashes."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "hardware_keys" {
  description = "Keys in a hardware security module."
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
