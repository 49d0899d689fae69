using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Infrastructure.Tests.Bicep;
using Holdfast.TestKit.Files;

namespace Holdfast.Infrastructure.Tests.Rules;

/// <summary>A role that the app's identity has.</summary>
/// <param name="Module">Of both Bicep and Terraform, in the words of Terraform.</param>
/// <param name="Name">Of the assignment.</param>
/// <param name="Role">Its key in <c>infra/shared/roles.json</c>.</param>
/// <param name="Scope">What it is on, as the end of its id.</param>
internal sealed record Assignment(string Module, string Name, string Role, string Scope);

/// <summary>Who may what: these and no others.</summary>
internal static partial class Assignments
{
    private const string Group = "/resourceGroups/[^/]+";
    private const string HostAccount = "/storageAccounts/stholdfast(dr)?h[a-z0-9]+";
    private const string VaultAccount = "/storageAccounts/stholdfast(dr)?v[a-z0-9]+";

    public static readonly ImmutableArray<Assignment> All =
    [
        new("host_storage", "blob_owner", "storageBlobDataOwner", HostAccount),
        new("host_storage", "queue_contributor", "storageQueueDataContributor", HostAccount),
        new("host_storage", "table_contributor", "storageTableDataContributor", HostAccount),
        new("vault", "control_contributor", "storageBlobDataContributor", $"{VaultAccount}/blobServices/default/containers/control"),
        new("vault", "account_reader", "vaultAccountReader", VaultAccount),
        new("vault", "file_contributor", "storageBlobDataContributor", VaultAccount),
        new("vault_writer", "writer", "vaultWriter", $"{VaultAccount}/blobServices/default/containers/vault"),
        new("key_vault", "secrets_user", "keyVaultSecretsUser", "/vaults/kv-holdfast(dr)?-[a-z0-9]+"),
        new("key_access", "signer", "sealSigner", "/vaults/[^/]+/keys/seals"),
        new("key_access", "wrapper", "keyWrapper", "/vaults/[^/]+/keys/wrapping"),
        new("monitoring", "publisher", "monitoringMetricsPublisher", "/components/appi-holdfast(dr)?"),
        new("group_access", "cluster_reader", "clusterReader", $"{Group}"),
        new("group_access", "disk_snapshots", "diskSnapshots", $"{Group}"),
        new("group_access", "disk_restore", "diskRestore", $"{Group}"),
        new("group_access", "cluster_creator", "clusterCreator", $"{Group}"),
        new("group_access", "cluster_admin", "aksRbacClusterAdmin", $"{Group}"),
        new("version_access", "version_reading", "versionReader", "^/subscriptions/[^/]+"),
    ];

    /// <summary>Those that a deployment without groups of clusters and files has.</summary>
    public static readonly ImmutableArray<string> Optional =
    [
        "file_contributor",
        "cluster_reader",
        "disk_snapshots",
        "disk_restore",
        "cluster_creator",
        "cluster_admin",
        "version_reading",
    ];

    public static JsonObject Roles { get; } = JsonNode.Parse(File.ReadAllText(RepositoryFiles.Path("infra/shared/roles.json")))!.AsObject();

    /// <summary>What is wrong with the assignments of a deployment.</summary>
    /// <param name="expected">Each must be there for each region's identity.</param>
    /// <param name="identities">One for each region.</param>
    public static IEnumerable<string> Wrong(Deployment deployment, IEnumerable<Assignment> expected, params string[] identities)
    {
        var names = NamesOf(deployment);
        var made = deployment
            .OfType("Microsoft.Authorization/roleAssignments")
            .Select(a => (Scope: ScopeOf(a), Role: names[Last((string)a.At("properties.roleDefinitionId")!)], Who: PrincipalOf(a)))
            .ToList();
        foreach (var one in made.Where(m => !All.Any(e => Fits(e, m.Scope, m.Role))))
            yield return $"{one.Who} has {one.Role} on {one.Scope}, which nothing needs";
        foreach (var identity in identities)
        foreach (var one in expected.Where(e => !made.Any(m => m.Who == identity && Fits(e, m.Scope, m.Role))))
            yield return $"{identity} doesn't have {one.Role} on {one.Scope}";
        foreach (var one in expected)
        {
            // Several scopes may be of one form: every identity has the role on as many.
            var scopes = identities.ToLookup(identity => made.Count(m => m.Who == identity && Fits(one, m.Scope, m.Role)));
            foreach (var fewer in scopes.OrderByDescending(s => s.Key).Skip(1))
                yield return $"{string.Join(", ", fewer)} has {one.Role} on {fewer.Key} scopes of the form {one.Scope}, others on more";
        }
    }

    private static bool Fits(Assignment expected, string scope, string role) =>
        expected.Role == role && Regex.IsMatch(scope, $"{expected.Scope}$", RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>
    /// The keys of roles, by their UUIDs: those of built-in roles are known, those of custom roles go by their definitions.
    /// </summary>
    private static Dictionary<string, string> NamesOf(Deployment deployment)
    {
        var names = Roles["builtIn"]!.AsObject().ToDictionary(r => (string)r.Value!, r => r.Key, StringComparer.OrdinalIgnoreCase);
        foreach (var definition in deployment.OfType("Microsoft.Authorization/roleDefinitions"))
        {
            var name = (string)definition.At("properties.roleName")!;
            var custom = Roles["custom"]!.AsObject().Concat(Roles["subscription"]!.AsObject());
            names[definition.Name] = custom.Single(r => name.StartsWith($"{r.Value!["name"]} (", StringComparison.Ordinal)).Key;
        }
        return names;
    }

    private static string ScopeOf(DeployedResource assignment) =>
        assignment.Id[..assignment.Id.LastIndexOf("/providers/Microsoft.Authorization/", StringComparison.Ordinal)];

    private static string PrincipalOf(DeployedResource assignment) =>
        Identity().Match((string)assignment.At("properties.principalId")!).Value;

    private static string Last(string id) => id[(id.LastIndexOf('/') + 1)..];

    [GeneratedRegex("id-[a-z0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Identity();
}
