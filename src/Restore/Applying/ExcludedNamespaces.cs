using System.Collections.Concurrent;
using Holdfast.Clusters;
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
    /// <summary>Why a step that the plan has decided isn't done.</summary>
    public const string SincePlan =
        "its namespace is excluded from captures since the plan, so that the safety point doesn't hold it; plan again";

    private readonly ConcurrentDictionary<string, Lazy<Task<bool>>> known = new(StringComparer.Ordinal);

    /// <summary>Only of a restore that may delete; no other needs a safety point.</summary>
    public Task<bool> HasAsync(string? ns, CancellationToken cancellation) =>
        ns is null || !context.Plan.Request.Deletes
            ? Task.FromResult(false)
            : known.GetOrAdd(ns, name => new(() => ReadAsync(name, cancellation))).Value;

    private async Task<bool> ReadAsync(string ns, CancellationToken cancellation)
    {
        if (context.Types.Find(KnownTypes.Namespaces, "v1") is not { } type)
            return false;
        var read = await context.Writer.GetAsync(type, null, ns, cancellation);
        return read.Status switch
        {
            WriteStatus.Done => CaptureExclusion.Is(ManifestJson.Parse(read.Body.Span)),
            WriteStatus.NotFound => false,
            _ => throw new ClusterException(
                read.Status == WriteStatus.Unavailable ? ClusterFailure.Broken : ClusterFailure.Forbidden,
                $"namespace {ns} can't be read, so that it isn't known whether the safety point holds what is in it. Nothing in it is "
                    + "overwritten or deleted before that is known: grant get on namespaces, and resume the run"
            ),
        };
    }
}
