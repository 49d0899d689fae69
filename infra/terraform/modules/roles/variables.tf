variable "name" {
  description = "Names of roles are unique in a tenant: theirs end with it."
  type        = string
}

variable "resource_group_id" {
  description = "The app's resource group."
  type        = string
}

variable "resource_group_ids" {
  description = "The ids of resource groups that roles are assigned in, besides that one."
  type        = list(string)
}
