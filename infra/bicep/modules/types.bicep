// Types that several modules take.

@export()
@description('Where private endpoints are made, and the private DNS zones that give them their names.')
type privateNetwork = {
  @description('The subnet of private endpoints.')
  endpointSubnetId: string
  @description('The ids of the private DNS zones: blob, queue, table, vault, sites.')
  zoneIds: {
    blob: string
    queue: string
    table: string
    vault: string
    sites: string
  }
}

@export()
@description('What the app reads from its settings (docs/settings.md).')
type appOptions = {
  @description('HOLDFAST_PUBLIC_KEYS: the PEM of each key whose points are trusted. Empty: the app does not sign, until it is set.')
  publicKeys: string
  @description('HOLDFAST_ALLOW_UNSIGNED: points without a signature are read, even after signed ones.')
  allowUnsigned: bool
  @description('HOLDFAST_ENCRYPTION: what every point must have encrypted at least; empty: what the vault says.')
  encryption: '' | 'secrets' | 'everything'
  @description('HOLDFAST_ENCRYPTION_KEY: URLs of keys that open an encrypted vault, with commas; empty: the wrapping key of the region.')
  encryptionKeys: string
  @description('HOLDFAST_REPLICA_KEEP: how long replicas refuse deletion at least (30d); empty: as each point says.')
  replicaKeep: string
  @description('HOLDFAST_REPLICA_MODE: whether that can be taken back.')
  replicaMode: 'locked' | 'unlocked'
  @description('HOLDFAST_REPLICATED_KEY_VAULTS: URLs of Key Vaults whose content the standby has, too, with commas.')
  replicatedKeyVaults: string
  @description('HOLDFAST_APPROVAL: required, if every restore needs an approval.')
  approval: 'optional' | 'required'
  @description('HOLDFAST_SELF_APPROVAL: requesters may approve their own restores.')
  selfApproval: bool
  @minValue(0)
  @maxValue(100)
  @description('HOLDFAST_VERIFY_SAMPLE: how many of 100 packs the daily verification reads.')
  verifySample: int
  @minValue(1)
  @maxValue(1024)
  @description('HOLDFAST_ANSWER_MIB: the limit of an answer of a cluster that is held whole.')
  answerMib: int
  @minValue(1)
  @maxValue(64)
  @description('HOLDFAST_OBJECT_MIB: the limit of one object in a list.')
  objectMib: int
  @description('HOLDFAST_CREDENTIAL_FOLDERS: folders of credential files; empty: those that platforms mount.')
  credentialFolders: string
  @description('HOLDFAST_RESOURCE_MANAGER: outside of the public cloud, the address of Azure Resource Manager.')
  resourceManager: string
  @description('OTEL_EXPORTER_OTLP_ENDPOINT: where traces, metrics and logs go besides Application Insights; empty: nowhere.')
  otlpEndpoint: string
  @description('OTEL_EXPORTER_OTLP_PROTOCOL.')
  otlpProtocol: 'grpc' | 'http/protobuf'
  @description('OTEL_EXPORTER_OTLP_HEADERS: the name of a secret in the Key Vault; empty: none.')
  otlpHeadersSecret: string
}

@export()
@description('The function app\'s plan and size.')
type hostingPlan = {
  @description('FlexConsumption scales to zero; ElasticPremium keeps instances warm.')
  plan: 'FlexConsumption' | 'ElasticPremium'
  @description('Spread over the region\'s availability zones.')
  zoneRedundant: bool
  @minValue(1)
  @maxValue(100)
  @description('At most so many instances; at least 40 on Flex Consumption, 3 on Elastic Premium.')
  maximumInstances: int
  @minValue(0)
  @maxValue(20)
  @description('Flex Consumption: instances of Durable Functions that are always ready.')
  alwaysReadyInstances: int
  @description('Flex Consumption: memory of an instance in MB.')
  instanceMemoryMB: 2048 | 4096
  @description('Elastic Premium: the size of an instance.')
  premiumSku: 'EP1' | 'EP2' | 'EP3'
}

@export()
@description('How long what is kept.')
type keeping = {
  @minValue(7)
  @maxValue(365)
  @description('Days for which soft delete keeps the vault\'s blobs and containers.')
  softDeleteDays: int
  @minValue(30)
  @description('Days after which the vault\'s blobs move to the cool tier, which bills 30 days at least.')
  coolAfterDays: int
  @minValue(60)
  @description('Days after which they move to the cold tier, which bills 90 days at least.')
  coldAfterDays: int
  @minValue(1)
  @description('Days for which earlier versions of control documents are kept.')
  controlVersionDays: int
  @minValue(30)
  @maxValue(730)
  @description('Days for which telemetry is kept.')
  telemetryDays: int
}

@export()
@description('Who gets alerts, and when.')
type alerting = {
  @description('Mail addresses; none: alerts are only shown.')
  addresses: string[]
  @minValue(1)
  @description('The age of a policy\'s oldest latest good point, in hours, that is an alert: the schedule\'s interval plus a run.')
  maximumPointAgeHours: int
}

@export()
@description('What callers of the API sign in to.')
type apiRegistration = {
  @minLength(36)
  @maxLength(36)
  @description('The client id of the app registration.')
  clientId: string
  @description('What callers ask a token for.')
  audience: string
}
