using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Control.Reading;

namespace Holdfast.Control.Registration;

/// <summary>
/// A protected cluster as the service knows it (<c>clusters/NAME.json</c> in the control container): where its API server is, how to know
/// it, and where the credentials lie. Holds no secret, ever, and so may be copied into each recovery point. Specified in
/// docs/control-documents.md and docs/schemas/cluster.schema.json.
/// </summary>
public sealed record ClusterRegistration
{
    public const int CurrentVersion = 1;

    /// <summary>For editors only.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The document's file name, and the folder of the cluster's points in the vault.</summary>
    public required ClusterName Name { get; init; }

    /// <summary>What policies select clusters by; names and values as Kubernetes labels have them.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The API server: https, or http on loopback. Null only where a kubeconfig says it; where both do, they must agree.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>PEM certificates, the only CAs to trust; null: those of the machine, or the kubeconfig's.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>The name to expect in the server's certificate, when not the endpoint's host.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Where the cluster is in Azure; null: it isn't an AKS cluster, or nothing is to be done with what it runs on.</summary>
    public AzureCluster? Azure { get; init; }
    public required ClusterAuthentication Authentication { get; init; }

    /// <summary>
    /// The secret with the password of the repository that holds the files of the cluster's volumes. It is never changed: without it the
    /// files can't be read. Null: files aren't exported.
    /// </summary>
    public SecretReference? FilesPassword { get; init; }

    /// <summary>Reads and validates whole: all that is wrong, at once.</summary>
    public static DocumentReading<ClusterRegistration> Read(ReadOnlyMemory<byte> json) =>
        DocumentText.Read(json, CurrentVersion, RegistrationReader.Read);

    /// <summary>As an inventory carries it.</summary>
    public static DocumentReading<ClusterRegistration> Read(JsonElement element) => Read(Encoding.UTF8.GetBytes(element.GetRawText()));

    /// <summary>Indented JSON, members in declared order: what <see cref="Read"/> reads back as an equal registration.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, RegistrationJson.Readable.ClusterRegistration);

    /// <summary>As an inventory carries it.</summary>
    public JsonElement ToElement() => JsonSerializer.SerializeToElement(this, RegistrationJson.Readable.ClusterRegistration);
}

/// <summary>The AKS cluster that a registered cluster is.</summary>
public sealed record AzureCluster
{
    /// <summary>Of the resources that AKS clusters are.</summary>
    public const string Type = "Microsoft.ContainerService/managedClusters";

    /// <summary>Of the managed cluster: what it runs on is read from there into each recovery point.</summary>
    public required AzureResourceId ResourceId { get; init; }

    /// <summary>Where snapshots of the cluster's disks are made; null: in the group of each disk.</summary>
    public AzureGroupId? SnapshotResourceGroup { get; init; }

    /// <summary>Where disks are made for claims that are restored into the cluster; null: in the group of its nodes.</summary>
    public AzureGroupId? DiskResourceGroup { get; init; }
}

/// <summary>How to be known by the API server: exactly one of these.</summary>
public sealed record ClusterAuthentication
{
    public KeyVaultCredential? KeyVault { get; init; }
    public EntraCredential? EntraId { get; init; }
    public AksCredential? Aks { get; init; }
    public TokenFileCredential? TokenFile { get; init; }
    public KubeconfigCredential? Kubeconfig { get; init; }

    /// <summary>The API server's address comes with the credentials.</summary>
    [JsonIgnore]
    public bool HasKubeconfig => Kubeconfig is not null || Aks is not null || KeyVault?.Holds == SecretContent.Kubeconfig;
}

/// <summary>A secret of Azure Key Vault, read as the app's own identity, its newest version.</summary>
/// <param name="Vault"><c>https://NAME.vault.azure.net</c>.</param>
/// <param name="Context">Of the kubeconfig; null: its current one.</param>
public sealed record KeyVaultCredential(Uri Vault, string Secret, SecretContent Holds, string? Context = null);

/// <summary>A secret of Azure Key Vault, read as the app's own identity, its newest version.</summary>
/// <param name="Vault"><c>https://NAME.vault.azure.net</c>.</param>
public sealed record SecretReference(Uri Vault, string Secret);

[JsonConverter(typeof(JsonStringEnumConverter<SecretContent>))]
public enum SecretContent
{
    [JsonStringEnumMemberName("kubeconfig")]
    Kubeconfig,

    /// <summary>A bearer token and nothing else.</summary>
    [JsonStringEnumMemberName("token")]
    Token,
}

/// <summary>Entra ID tokens of a managed identity (or whatever this machine is signed in as), for AKS with Entra ID.</summary>
/// <param name="ServerApplication">The application that the API server is: one for all AKS clusters with managed Entra integration.</param>
/// <param name="ClientId">Of a user-assigned identity; null: the system-assigned one, or as the environment says.</param>
public sealed record EntraCredential(Guid ServerApplication, Guid? ClientId = null)
{
    /// <summary>AKS' own server application, the same in all tenants.</summary>
    public static readonly Guid AksServer = new("6dae42f8-4368-4678-94ff-3960e28e3630");
}

/// <summary>
/// The kubeconfig that AKS gives the app's own identity (<c>listClusterUserCredential</c>) of the cluster that <see cref="AzureCluster"/>
/// names; its Entra ID sign-in is done here.
/// </summary>
public sealed record AksCredential;

/// <summary>
/// A bearer token that something else (a projected volume, a federation agent) keeps fresh in a file; read again every minute and when it
/// is refused.
/// </summary>
public sealed record TokenFileCredential(string Path);

/// <summary>A kubeconfig file of the machine that the service runs on: for local use.</summary>
/// <param name="Context">Null: the file's current one.</param>
public sealed record KubeconfigCredential(string Path, string? Context = null);
