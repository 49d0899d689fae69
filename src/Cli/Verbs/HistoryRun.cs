using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Manifests;
using Holdfast.Cli.Output;
using Holdfast.Documents;
using Holdfast.Restore.History;
using Holdfast.Vault.Catalogue;

namespace Holdfast.Cli.Verbs;

/// <summary>Reads the history of objects from the points that are meant: what <c>find</c> and <c>history</c> share.</summary>
internal sealed class HistoryRun
{
    private readonly Argument<string> subject = new("KIND/NAME") { Description = "Which object: deployment/web, widgets.example.org/blue" };
    private readonly Argument<string?> objectName = new("NAME")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Its name, where it stands apart from the KIND as for kubectl: deployment web",
    };
    private readonly Option<string?> ns = new("--namespace", "-n")
    {
        HelpName = "NS",
        Description = "The object's namespace, or a pattern with * and ?. Default: objects of that name in any namespace",
    };
    private readonly SearchOptions search = new();
    private readonly TrustOptions trust = new();

    public IEnumerable<Argument> Arguments => [subject, objectName];

    public IEnumerable<Option> Options => [ns, .. search.All, .. trust.All];

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
        RequireFound(query, found);
        Print(invocation, found, print);
        return listed.Faults.IsEmpty
            ? found.TrueForAll(f => f.Versions.IsComplete)
                ? ExitCode.Done
                : ExitCode.Partial
            : ExitCode.Damage;
    }

    private ObjectQuery Query(Invocation invocation)
    {
        var parsed = ManifestQuery.Parse(invocation.Get(subject), invocation.Get(objectName), []);
        return parsed is { Kind: { } kind, Name: { } name }
            ? new(kind, name, invocation.Get(ns))
            : throw new UsageException($"'{invocation.Get(subject)}' names no object: use KIND/NAME, such as deployment/web");
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

    private static void RequireFound(ObjectQuery query, List<(ClusterName Cluster, ObjectVersions Versions)> found)
    {
        if (found.TrueForAll(f => !f.Versions.KindIsKnown))
            throw new FailedException($"no point that was read knows a kind '{query.Kind}'; `holdfast show` lists a point's types");
        if (found.TrueForAll(f => f.Versions.Versions.IsEmpty))
            throw new FailedException(
                $"no point that was read holds {query.Kind}/{query.Name}{(query.Namespace is null ? "" : $" in {query.Namespace}")}"
            );
    }
}
