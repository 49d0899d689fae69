using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Invoking;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;
using Holdfast.Restore.Selection;
using Holdfast.Vault.Catalogue;

namespace Holdfast.Cli.Completing;

/// <summary>Candidates that a vault, a kubeconfig or the configuration file has. Nothing is judged: they are only offered.</summary>
/// <param name="invocation">Of the unfinished command line.</param>
internal sealed class StoredCandidates(Invocation invocation, TypedWords typed)
{
    private const int MostPoints = 50;
    private const int MostNames = 500;

    public Task<IEnumerable<Candidate>> FindAsync() =>
        (typed.Expected?.Name ?? typed.Argument?.Name) switch
        {
            "POINT" or "LATER" => PointsAsync(),
            "--cluster" => ClustersAsync(),
            "--context" => Task.FromResult(OpenedCluster.Contexts(invocation.KubeconfigPath).Select(c => new Candidate(c))),
            "--profile" => Task.FromResult(invocation.Configuration.File?.Profiles.Keys.Select(p => new Candidate(p)) ?? []),
            "--namespace" or "--exclude-namespace" => NamespacesAsync(),
            "--kind" or "--exclude-resource" or "--include-resource" => KindsAsync(""),
            "--app" or "KIND/NAME" => ObjectsAsync(),
            _ => Task.FromResult<IEnumerable<Candidate>>([]),
        };

    private async Task<IEnumerable<Candidate>> PointsAsync()
    {
        var catalogue = new VaultCatalogue(invocation.OpenVault().Store, SealTrust.Anyone, CacheFolder.Open(invocation.Time));
        var listed = await catalogue.ListAsync(invocation.ClusterNamed, PointSearch.All, invocation.Cancellation);
        return listed
            .Points.Select(p => p.Point.Seal)
            .OrderByDescending(s => s.PinnedAt)
            .Take(MostPoints)
            .Select(s => new Candidate(
                s.Point.ToString(),
                string.Create(CultureInfo.InvariantCulture, $"{s.Cluster}, {s.PinnedAt:yyyy-MM-dd HH:mm}, {s.State}")
            ))
            .Prepend(new("latest", "The newest one"));
    }

    private async Task<IEnumerable<Candidate>> ClustersAsync() =>
        (await SealedPoints.ClustersAsync(invocation.OpenVault().Store, invocation.Cancellation)).Select(c => new Candidate(c.ToString()));

    private async Task<IEnumerable<Candidate>> NamespacesAsync() =>
        (await OpenAsync()).Inventory.Segments.Select(s => s.Namespace).OfType<string>().Distinct().Select(ns => new Candidate(ns));

    /// <param name="suffix">Behind each.</param>
    private async Task<IEnumerable<Candidate>> KindsAsync(string suffix) =>
        (await OpenAsync())
            .Inventory.Types.Where(t => t.Objects > 0)
            .Select(t => new Candidate((BuiltInName(t.Type) ?? t.Type.GroupResource) + suffix));

    /// <summary>Built-in kinds go without their group, as people write them.</summary>
    private static string? BuiltInName(ResourceType type) =>
        type.Group.Length == 0 || BuiltInGroups.Have(type.Group) ? type.Kind.ToLowerInvariant() : null;

    /// <summary>Kinds, and behind the slash names.</summary>
    private async Task<IEnumerable<Candidate>> ObjectsAsync()
    {
        if (typed.Prefix.Split('/') is not [var kind, _])
            return await KindsAsync("/");
        var point = await OpenAsync();
        ResourceType[] types = [.. point.Inventory.Types.Where(t => t.Type.Resource != "*").Select(t => t.Type)];
        var names = await CustomNames.ReadAsync([new(point)], [kind], types, invocation.Cancellation);
        var meant = KindNames.Find(kind, types, names).Select(t => t.GroupResource).ToHashSet(StringComparer.Ordinal);
        var found = new List<Candidate>();
        foreach (var segment in point.Inventory.Segments.Where(s => meant.Contains(s.Resource)))
        await foreach (var manifest in point.ReadSegmentAsync(segment, invocation.Cancellation))
        {
            if (found.Count < MostNames && ManifestText.NameOf(manifest.Span) is { } name)
                found.Add(new($"{kind}/{name}", segment.Namespace));
        }
        return found.DistinctBy(c => c.Value);
    }

    /// <summary>The point that is named, else the newest one.</summary>
    private async Task<RecoveryPointReader> OpenAsync()
    {
        var named = typed.Command.Arguments is [{ Name: "POINT" }, ..] && typed.Positional is [var point, ..] ? point : "latest";
        return (await PointChoice.OpenAsync(invocation, invocation.OpenVault(), named, SealTrust.Anyone)).Reader;
    }
}
