// Where the app's telemetry goes, and the alerts and the workbook over it. Nothing is sent without a sign-in.

var roles = loadJsonContent('../../shared/roles.json').builtIn
var alerts = loadJsonContent('../../shared/alerts.json')

@description('The region.')
param location string

@description('Names begin with it.')
param name string

@description('Tags of every resource.')
param tags object

@description('Days for which telemetry is kept.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('Who gets alerts by mail; none: alerts are only shown.')
param alertAddresses string[]

@description('The age of a policy\'s oldest latest good point, in hours, that is an alert.')
@minValue(1)
param maximumPointAgeHours int

@description('Whom the app signs in as.')
param principalId string

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-${name}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${name}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
  }
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, name, roles.monitoringMetricsPublisher)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.monitoringMetricsPublisher)
  }
}

resource actions 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${name}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'holdfast'
    enabled: true
    emailReceivers: [
      for address in alertAddresses: {
        name: address
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in alerts: {
    name: '${name}-${alert.name}'
    location: location
    tags: tags
    properties: {
      displayName: '${name}: ${alert.name}'
      description: '${alert.title}: see docs/operations.md, "Alerts"'
      severity: alert.severity
      enabled: true
      autoMitigate: true
      skipQueryValidation: true
      scopes: [workspace.id]
      evaluationFrequency: alert.frequency
      windowSize: alert.window
      criteria: {
        allOf: [
          {
            query: alert.query
            metricMeasureColumn: 'Value'
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: alert.threshold ?? (maximumPointAgeHours * 3600)
            dimensions: map(alert.dimensions, d => { name: d, operator: 'Include', values: ['*'] })
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [actions.id] }
    }
  }
]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, name, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Holdfast (${name})'
    category: 'workbook'
    sourceId: workspace.id
    serializedData: loadTextContent('../../shared/workbook.json')
  }
}

@description('APPLICATIONINSIGHTS_CONNECTION_STRING. Not a secret: nothing is taken without a sign-in.')
output connectionString string = insights.properties.ConnectionString

@description('The workspace\'s resource id.')
output workspaceId string = workspace.id
