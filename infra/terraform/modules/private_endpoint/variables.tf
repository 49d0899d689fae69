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

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
}

variable "private_network" {
  description = "The subnet of private endpoints, and the ids of the private DNS zones: blob, queue, table, vault, sites."
  type = object({
    endpoint_subnet_id = string
    zone_ids           = map(string)
  })
}

variable "target_id" {
  description = "The resource that it leads to."
  type        = string
}

variable "service" {
  description = "The service of the resource."
  type        = string

  validation {
    condition     = contains(["blob", "queue", "table", "vault", "sites"], var.service)
    error_message = "The service is blob, queue, table, vault or sites."
  }
}
