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

variable "retention_days" {
  description = "Days for which telemetry is kept."
  type        = number

  validation {
    condition     = var.retention_days >= 30 && var.retention_days <= 730
    error_message = "30 to 730 days."
  }
}

variable "alert_addresses" {
  description = "Who gets alerts by mail; none: alerts are only shown."
  type        = list(string)
}

variable "maximum_point_age_hours" {
  description = "The age of a policy's oldest latest good point, in hours, that is an alert."
  type        = number

  validation {
    condition     = var.maximum_point_age_hours >= 1
    error_message = "1 hour or more."
  }
}

variable "principal_id" {
  description = "Whom the app signs in as."
  type        = string
}
