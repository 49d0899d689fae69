using System.Collections.Concurrent;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.Deleting;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Which namespaces captures leave out while a plan that deletes is applied: its safety point, which is made after the plan, holds nothing
/// of them. Each is asked for once. Thread-safe.
/// </summary>
internal sealed class ExcludedNamespaces(ApplyContext context)
{
    private const string SincePlan =
        "its namespace is excluded from captures since the plan, so that the safety point doesn't hold it; plan again";

    private readonly ConcurrentDictionary<string, Lazy<Task<string?>>> known = new(StringComparer.Ordinal);

    /// <summary>Only of a restore that may delete; no other needs a safety point.</summary>
    /// <returns>Why nothing in the namespace is overwritten or deleted; null: the safety point holds what is in it.</returns>
    public Task<string?> ReasonAsync(string? ns, CancellationToken cancellation) =>
        ns is null || !context.Plan.Request.Deletes
            ? Task.FromResult<string?>(null)
            : known.GetOrAdd(ns, name => new(() => ReadAsync(name, cancellation))).Value;

    private async Task<string?> ReadAsync(string ns, CancellationToken cancellation)
    {
        if (context.Types.Find(KnownTypes.Namespaces, "v1") is not { } type)
            return Unread("namespaces aren't served");
        var read = await context.Writer.GetAsync(type, null, ns, cancellation);
        return read.Status switch
        {
            WriteStatus.Done => CaptureExclusion.Is(ManifestJson.Parse(read.Body.Span)) ? SincePlan : null,
            WriteStatus.NotFound => null,
            _ => Unread(read.Message ?? $"status {read.Code}"),
        };
    }

    private static string Unread(string why) =>
        $"its namespace can't be read ({why}), so that it isn't known whether the safety point holds it. Allow that, and resume the run";
}
