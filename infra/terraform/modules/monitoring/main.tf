# Where the app's telemetry goes, and the alerts and the workbook over it. Nothing is sent without a sign-in.

locals {
  roles       = jsondecode(file("${path.module}/../../../shared/roles.json")).builtIn
  alerts      = { for alert in jsondecode(file("${path.module}/../../../shared/alerts.json")) : alert.name => alert }
  definitions = "/subscriptions/${split("/", azurerm_monitor_action_group.actions.id)[2]}/providers/Microsoft.Authorization/roleDefinitions"
}

resource "azurerm_log_analytics_workspace" "workspace" {
  name                         = "log-${var.name}"
  resource_group_name          = var.resource_group_name
  location                     = var.location
  tags                         = var.tags
  sku                          = "PerGB2018"
  retention_in_days            = var.retention_days
  local_authentication_enabled = false
}

resource "azurerm_application_insights" "insights" {
  name                          = "appi-${var.name}"
  resource_group_name           = var.resource_group_name
  location                      = var.location
  tags                          = var.tags
  application_type              = "web"
  workspace_id                  = azurerm_log_analytics_workspace.workspace.id
  local_authentication_disabled = true
}

resource "azurerm_role_assignment" "publisher" {
  scope              = azurerm_application_insights.insights.id
  role_definition_id = "${local.definitions}/${local.roles.monitoringMetricsPublisher}"
  principal_id       = var.principal_id
  principal_type     = "ServicePrincipal"
}

resource "azurerm_monitor_action_group" "actions" {
  name                = "ag-${var.name}"
  resource_group_name = var.resource_group_name
  location            = "global"
  tags                = var.tags
  short_name          = "holdfast"
  enabled             = true

  dynamic "email_receiver" {
    for_each = var.alert_addresses

    content {
      name                    = email_receiver.value
      email_address           = email_receiver.value
      use_common_alert_schema = true
    }
  }
}

resource "azurerm_monitor_scheduled_query_rules_alert_v2" "rules" {
  for_each                = local.alerts
  name                    = "${var.name}-${each.key}"
  resource_group_name     = var.resource_group_name
  location                = var.location
  tags                    = var.tags
  display_name            = "${var.name}: ${each.key}"
  description             = "${each.value.title}: see docs/operations.md, \"Alerts\""
  severity                = each.value.severity
  enabled                 = true
  auto_mitigation_enabled = true
  skip_query_validation   = true
  scopes                  = [azurerm_log_analytics_workspace.workspace.id]
  evaluation_frequency    = each.value.frequency
  window_duration         = each.value.window

  criteria {
    query                   = each.value.query
    metric_measure_column   = "Value"
    time_aggregation_method = "Maximum"
    operator                = "GreaterThan"
    threshold               = coalesce(each.value.threshold, var.maximum_point_age_hours * 3600)

    dynamic "dimension" {
      for_each = each.value.dimensions

      content {
        name     = dimension.value
        operator = "Include"
        values   = ["*"]
      }
    }

    failing_periods {
      number_of_evaluation_periods             = 1
      minimum_failing_periods_to_trigger_alert = 1
    }
  }

  action {
    action_groups = [azurerm_monitor_action_group.actions.id]
  }
}

resource "azurerm_application_insights_workbook" "workbook" {
  name                = uuidv5("url", "${azurerm_log_analytics_workspace.workspace.id}/workbook")
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  display_name        = "Holdfast (${var.name})"
  category            = "workbook"
  source_id           = lower(azurerm_log_analytics_workspace.workspace.id)
  data_json           = file("${path.module}/../../../shared/workbook.json")
}
