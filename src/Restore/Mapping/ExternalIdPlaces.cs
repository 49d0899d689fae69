using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Editing;

namespace Holdfast.Restore.Mapping;

/// <summary>
/// Where objects have what something outside the cluster is known by: a whole value there may be mapped, a part of one never. Pure.
/// </summary>
/// <remarks>
/// Sources: https://docs.crossplane.io/latest/managed-resources/managed-resources/,
/// https://azure.github.io/azure-service-operator/guide/, https://external-secrets.io/latest/api/spec/,
/// https://secrets-store-csi-driver.sigs.k8s.io/concepts, https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/ and
/// https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html
/// </remarks>
internal static class ExternalIdPlaces
{
    public const string CrossplaneName = "crossplane.io/external-name";
    public const string AzureName = "azureName";
    public const string AzureId = "serviceoperator.azure.com/resource-id";
    private const string AzureGroups = ".azure.com";

    private static readonly FieldPattern[] Annotations =
    [
        .. new[]
        {
            CrossplaneName,
            "azure.workload.identity/client-id",
            "azure.workload.identity/tenant-id",
            "eks.amazonaws.com/role-arn",
            "iam.gke.io/gcp-service-account",
            "service.beta.kubernetes.io/aws-load-balancer-eip-allocations",
            "service.beta.kubernetes.io/azure-load-balancer-ipv4",
            "service.beta.kubernetes.io/azure-load-balancer-ipv6",
            "service.beta.kubernetes.io/azure-load-balancer-resource-group",
            "service.beta.kubernetes.io/azure-pip-name",
            "service.beta.kubernetes.io/azure-pip-prefix-id",
        }.Select(key => At($"/metadata/annotations/{JsonPointer.Escape(key)}")),
    ];

    private static readonly FieldPattern[] RemoteSecrets =
    [
        At("/spec/data/*/remoteRef/key"),
        At("/spec/dataFrom/*/extract/key"),
        At("/spec/externalSecretSpec/data/*/remoteRef/key"),
        At("/spec/externalSecretSpec/dataFrom/*/extract/key"),
        At("/spec/data/*/match/remoteRef/remoteKey"),
    ];

    private static readonly FieldPattern[] SecretStores = [At("/spec/provider/*/*")];

    private static readonly Dictionary<string, FieldPattern[]> ByType = new(StringComparer.Ordinal)
    {
        [KnownTypes.PersistentVolumes] =
        [
            At("/spec/csi/volumeHandle"),
            At("/spec/csi/volumeAttributes/*"),
            At("/spec/azureDisk/diskURI"),
            At("/spec/azureDisk/diskName"),
            At("/spec/azureFile/shareName"),
            At("/spec/awsElasticBlockStore/volumeID"),
            At("/spec/gcePersistentDisk/pdName"),
            At("/spec/nfs/server"),
            At("/spec/nfs/path"),
        ],
        [KnownTypes.Services] = [At("/spec/loadBalancerIP"), At("/spec/externalName")],
        [KnownTypes.StorageClasses] = [At("/parameters/*")],
        [KnownTypes.ExternalSecrets] = RemoteSecrets,
        [KnownTypes.ClusterExternalSecrets] = RemoteSecrets,
        [KnownTypes.PushSecrets] = RemoteSecrets,
        [KnownTypes.SecretStores] = SecretStores,
        [KnownTypes.ClusterSecretStores] = SecretStores,
        [KnownTypes.SecretProviderClasses] = [At("/spec/parameters/*")],
    };

    /// <returns>What was mapped, and where.</returns>
    public static IReadOnlyList<MappingUse> Map(MappingSet mappings, ResourceType type, JsonObject manifest)
    {
        var uses = new List<MappingUse>();
        foreach (var pattern in Annotations.Concat(ByType.GetValueOrDefault(type.GroupResource) ?? []))
            pattern.Replace(manifest, value => Mapped(value, pattern.ToString()));
        if (manifest.Object("spec") is { } spec && !BuiltInGroups.Have(type.Group))
            Custom(spec);
        return uses;

        void Custom(JsonObject spec)
        {
            if (type.Group.EndsWith(AzureGroups, StringComparison.Ordinal))
            {
                if (spec.Text(AzureName) is { } name && Mapped(name, $"/spec/{AzureName}") is var mapped && mapped != name)
                {
                    spec[AzureName] = mapped;
                    // It is the id of the other resource; the operator writes the new one.
                    manifest.Object("metadata").Object("annotations")?.Remove(AzureId);
                }
                Below(spec, "/spec", "armId", Mapped);
            }
            if (spec.ContainsKey("providerConfigRef"))
                Below(spec.Object("forProvider"), "/spec/forProvider", null, Mapped);
        }

        string Mapped(string value, string path)
        {
            if (mappings.ExternalId(value) is not { } use)
                return value;
            uses.Add(use with { Path = path });
            return use.New;
        }
    }

    /// <summary>At any depth.</summary>
    /// <param name="only">The name of the members that are meant; null: all.</param>
    private static void Below(JsonNode? node, string path, string? only, Func<string, string, string> mapped)
    {
        if (node is JsonObject map)
        {
            foreach (var (member, value) in map.ToList())
                if (Text(value) is not { } text)
                    Below(value, $"{path}/{JsonPointer.Escape(member)}", only, mapped);
                else if (only is null || member == only)
                    map[member] = mapped(text, $"{path}/{JsonPointer.Escape(member)}");
        }
        else if (node is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
                if (Text(list[i]) is not { } text)
                    Below(list[i], $"{path}/{i}", only, mapped);
                else if (only is null)
                    list[i] = mapped(text, $"{path}/{i}");
        }
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static FieldPattern At(string path) => FieldPattern.Parse(path);
}
