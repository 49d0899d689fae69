variable "name" {
  description = "Names of roles are unique in a tenant: theirs end with it."
  type        = string
}

variable "subscription_id" {
  description = "The subscription that clusters are made in."
  type        = string
}

variable "principal_id" {
  description = "Whom the app signs in as."
  type        = string
}
