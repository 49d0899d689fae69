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

variable "app_name" {
  description = "The app's name, unique in Azure."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9-]{2,60}$", var.app_name))
    error_message = "An app has 2 to 60 letters, digits and dashes."
  }
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "hosting" {
  description = "Size and redundancy."
  type = object({
    plan                   = string
    zone_redundant         = bool
    maximum_instances      = number
    always_ready_instances = number
    instance_memory_mb     = number
    premium_sku            = string
  })
}

variable "identity_id" {
  description = "The resource id of the app's identity."
  type        = string
}

variable "subnet_id" {
  description = "The subnet of its outbound traffic."
  type        = string
}

variable "packages_url" {
  description = "Where the app's package is put."
  type        = string
}

variable "settings" {
  description = "The app settings."
  type        = map(string)
}

variable "sign_in" {
  description = "What callers of the API sign in to: the client id of the app registration, and the audience of tokens."
  type = object({
    client_id = string
    audience  = string
  })
}

variable "allowed_ip_ranges" {
  description = "Public addresses that may reach it; none: private endpoints only."
  type        = list(string)
}
