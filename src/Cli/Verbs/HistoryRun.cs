using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Manifests;
using Holdfast.Cli.Output;
using Holdfast.Documents;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;
using Holdfast.Restore.History;
using Holdfast.Vault.Catalogue;

namespace Holdfast.Cli.Verbs;

/// <summary>Reads the history of objects from the points that are meant: what <c>find</c> and <c>history</c> share.</summary>
internal sealed class HistoryRun
{
    private readonly Argument<string[]> subject = new("KIND/NAME")
    {
        Arity = new(1, 2),
        Description = "Which object, as for kubectl: deployment/web, deploy web, widgets.example.org/blue",
    };
    private readonly Option<string?> ns = new("--namespace", "-n")
    {
        HelpName = "NS",
        Description = "The object's namespace, or a pattern with * and ?. Default: objects of that name in any namespace",
    };
    private readonly AllNamespacesOption allNamespaces;
    private readonly SearchOptions search = new();
    private readonly TrustOptions trust = new();

    public HistoryRun() => allNamespaces = new(ns);

    public Argument Subject => subject;

    public IEnumerable<Option> Options => [ns, allNamespaces.Option, .. search.All, .. trust.All];

    /// <param name="print">Prints what was found of one cluster, as text.</param>
    public async Task<ExitCode> RunAsync(Invocation invocation, Action<Screen, ClusterName, ObjectVersions> print)
    {
        var query = Query(invocation);
        var (believed, meant) = (trust.Trust(invocation), search.Search(invocation));
        var vault = invocation.OpenVault();
        var listed = await new VaultCatalogue(vault.Store, believed, CacheFolder.Open(invocation.Time)).ListAsync(
            invocation.ClusterNamed,
            meant,
            invocation.Cancellation
        );
        if (listed.Points.IsEmpty)
            throw new FailedException($"no point in {vault.Text} is meant; 'holdfast points' lists them");
        foreach (var fault in listed.Faults)
            invocation.Screen.Warn(fault);
        var found = new List<(ClusterName Cluster, ObjectVersions Versions)>();
        foreach (var points in listed.Points.GroupBy(p => p.Point.Seal.Cluster))
        {
            var history = new ObjectHistory(vault.Store, points.Key);
            var trusted = points.Where(p => p.Untrusted is null).Select(p => p.Point);
            found.Add((points.Key, await history.ReadAsync(trusted, null, query, invocation.Cancellation)));
        }
        foreach (var (cluster, versions) in found)
        foreach (var note in versions.Notes)
            invocation.Screen.Note($"note: {cluster}: {note}");
        await RequireFoundAsync(query, found, vault, listed, invocation.Cancellation);
        Print(invocation, found, print);
        return listed.Faults.IsEmpty
            ? found.TrueForAll(f => f.Versions.IsComplete)
                ? ExitCode.Done
                : ExitCode.Partial
            : ExitCode.Damage;
    }

    private ObjectQuery Query(Invocation invocation)
    {
        allNamespaces.Check(invocation);
        var words = invocation.Get(subject) ?? [];
        return ManifestQuery.ParseReferences(words) is [{ Name: { } name } one]
            ? new(one.Kind, name, invocation.Get(ns))
            : throw new UsageException($"'{string.Join(' ', words)}' names no single object: use {ObjectReference.Forms}");
    }

    private static void Print(
        Invocation invocation,
        List<(ClusterName Cluster, ObjectVersions Versions)> found,
        Action<Screen, ClusterName, ObjectVersions> print
    )
    {
        if (invocation.Json)
        {
            var documents = found.Select(f => ObjectHistoryDocument.Of(f.Cluster, f.Versions));
            invocation.Screen.Json([.. documents], OutputJson.Plain.ObjectHistoryDocumentArray);
            return;
        }
        foreach (var (cluster, versions) in found)
            print(invocation.Screen, cluster, versions);
    }

    private static async Task RequireFoundAsync(
        ObjectQuery query,
        List<(ClusterName Cluster, ObjectVersions Versions)> found,
        OpenedVault vault,
        CheckedPoints listed,
        CancellationToken cancellation
    )
    {
        if (found.TrueForAll(f => !f.Versions.KindIsKnown))
            throw new FailedException(
                $"no point that was read knows a kind '{query.Kind}'; `holdfast show` lists a point's types"
                    + await NearAsync(query.Kind, vault, listed, cancellation)
            );
        if (found.TrueForAll(f => f.Versions.Versions.IsEmpty))
            throw new FailedException(
                $"no point that was read holds {query.Kind}/{query.Name}{(query.Namespace is null ? "" : $" in {query.Namespace}")}"
            );
    }

    /// <summary>Of the kinds of the newest point that is trusted.</summary>
    private static async Task<string> NearAsync(string kind, OpenedVault vault, CheckedPoints listed, CancellationToken cancellation)
    {
        if (listed.Points.LastOrDefault(p => p.Untrusted is null)?.Point is not { } newest)
            return "";
        var point = await RecoveryPointReader.OpenAsync(vault.Store, newest.Seal.Cluster, newest.Id, SealTrust.Anyone, cancellation);
        return NearMatches.Among(kind, KindNames.Spellings(point.Inventory.Types.Select(t => t.Type))).ToString();
    }
}
