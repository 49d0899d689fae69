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
