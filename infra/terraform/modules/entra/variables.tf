variable "name" {
  description = "The registration's name."
  type        = string
}
