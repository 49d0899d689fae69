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

variable "principal_id" {
  description = "Whom the app signs in as."
  type        = string
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
