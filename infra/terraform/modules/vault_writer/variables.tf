variable "principal_id" {
  description = "Whom the app signs in as."
  type        = string
}

variable "container_id" {
  description = "The container's resource id."
  type        = string
}

variable "writer_role" {
  description = "The name (a UUID) of the role Holdfast Vault Writer."
  type        = string
}
