# The app registration that the API's callers sign in to, with the roles that the app knows. No secret: the app only checks tokens.
# It needs the right to create applications in Entra ID.

locals {
  app_roles = jsondecode(file("${path.module}/../../../shared/app-roles.json"))
  audience  = "api://${data.azuread_client_config.current.tenant_id}/${var.name}"
  scope_id  = "5d0f2b6c-0c1e-4a57-9b0e-6f0c6a4f7a10"
}

data "azuread_client_config" "current" {}

resource "azuread_application" "application" {
  display_name     = var.name
  sign_in_audience = "AzureADMyOrg"
  identifier_uris  = [local.audience]

  api {
    requested_access_token_version = 2

    oauth2_permission_scope {
      id                         = local.scope_id
      value                      = "access"
      type                       = "Admin"
      enabled                    = true
      admin_consent_display_name = "Call Holdfast"
      admin_consent_description  = "Call the API of Holdfast as the signed-in user, with the roles that the user has."
    }
  }

  dynamic "app_role" {
    for_each = local.app_roles

    content {
      id                   = app_role.value.id
      value                = app_role.value.value
      display_name         = app_role.value.displayName
      description          = app_role.value.description
      allowed_member_types = ["User", "Application"]
      enabled              = true
    }
  }
}

# 'az account get-access-token' works without a consent of each user.
resource "azuread_application_pre_authorized" "azure_cli" {
  application_id       = azuread_application.application.id
  authorized_client_id = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
  permission_ids       = [local.scope_id]
}

# Only who has a role gets a token.
resource "azuread_service_principal" "principal" {
  client_id                    = azuread_application.application.client_id
  app_role_assignment_required = true
}
