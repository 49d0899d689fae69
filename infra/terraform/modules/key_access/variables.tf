variable "principal_id" {
  description = "Whom the app signs in as."
  type        = string
}

variable "signing_key_id" {
  description = "The signing key's resource id."
  type        = string
}

variable "wrapping_key_id" {
  description = "The wrapping key's resource id."
  type        = string
}

variable "signer_role" {
  description = "The name (a UUID) of the role Holdfast Seal Signer."
  type        = string
}

variable "wrapper_role" {
  description = "The name (a UUID) of the role Holdfast Key Wrapper."
  type        = string
}
