// The custom roles: exactly what the app asks of Azure (infra/shared/roles.json says what each is for). Assignable in this resource group
// and in those that the app is given access to.

var definitions = items(loadJsonContent('../../shared/roles.json').custom)

@description('Names of roles are unique in a tenant: theirs end with it.')
param name string

@description('The ids of resource groups that roles are assigned in, besides this one.')
param resourceGroupIds string[]

resource roles 'Microsoft.Authorization/roleDefinitions@2022-04-01' = [
  for definition in definitions: {
    name: guid(resourceGroup().id, name, definition.key)
    properties: {
      roleName: '${definition.value.name} (${name})'
      description: definition.value.description
      type: 'CustomRole'
      permissions: [
        {
          actions: definition.value.actions
          notActions: []
          dataActions: definition.value.dataActions
          notDataActions: []
        }
      ]
      assignableScopes: union([resourceGroup().id], resourceGroupIds)
    }
  }
]

@description('The names (UUIDs) of the roles, by their keys in roles.json.')
output ids object = toObject(
  definitions,
  d => d.key,
  d => guid(resourceGroup().id, name, d.key)
)
