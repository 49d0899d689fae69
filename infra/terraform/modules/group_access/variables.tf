variable "resource_group_id" {
  description = "The resource group."
  type        = string

  validation {
    condition     = can(regex("^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]+$", var.resource_group_id))
    error_message = "An id is needed: /subscriptions/ID/resourceGroups/NAME."
  }
}

variable "principal_id" {
  description = "Whom the app signs in as."
  type        = string
}

variable "custom_roles" {
  description = "The names (UUIDs) of the custom roles, by their keys in roles.json."
  type        = map(string)
}

variable "capture" {
  description = "Capture clusters and disks: read AKS clusters, take snapshots."
  type        = bool
}

variable "restore_disks" {
  description = "Make disks for restores."
  type        = bool
}

variable "new_clusters" {
  description = "Make AKS clusters for restores."
  type        = bool
}
