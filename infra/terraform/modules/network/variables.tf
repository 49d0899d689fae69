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

variable "plan" {
  description = "The plan decides to which service the app's subnet is delegated."
  type        = string

  validation {
    condition     = contains(["FlexConsumption", "ElasticPremium"], var.plan)
    error_message = "The plan is FlexConsumption or ElasticPremium."
  }
}

variable "address_prefix" {
  description = "The network's addresses. Must not overlap with those of networks that it is peered with."
  type        = string

  validation {
    condition     = can(cidrhost(var.address_prefix, 0)) && endswith(var.address_prefix, "/24")
    error_message = "A /24 is needed, such as 10.90.0.0/24."
  }
}
