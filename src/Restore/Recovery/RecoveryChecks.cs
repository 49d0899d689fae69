using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;
using Holdfast.Restore.Readiness;

namespace Holdfast.Restore.Recovery;

/// <summary>Asks a target whether what a recovery waits for is so. Changes nothing. Thread-safe.</summary>
public sealed class RecoveryChecks(ClusterConnection target, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Asks until it is so, or its time is over.</summary>
    /// <param name="limit">Asked once, however short it is.</param>
    /// <param name="waiting">Called with what isn't so yet.</param>
    /// <returns>Why it isn't so; null: it is.</returns>
    public async Task<string?> RunAsync(RecoveryCheck check, TimeSpan limit, Action<string> waiting, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 1.5 : LongestPause)
        {
            var flaw = await LookAsync(check, cancellation);
            var left = limit - time.GetElapsedTime(began);
            if (flaw is null || left <= TimeSpan.Zero)
                return flaw;
            waiting(flaw);
            await Task.Delay(pause < left ? pause : left, time, cancellation);
        }
    }

    private async Task<string?> LookAsync(RecoveryCheck check, CancellationToken cancellation)
    {
        try
        {
            var surface = await Discovery.ReadAsync(target, cancellation);
            if (TypeOf(check.Kind, surface) is not { } type)
                return $"the target serves no '{check.Kind}'";
            var answer = await new ResourceWriter(target).GetAsync(type, check.Namespace, check.Name, cancellation);
            return answer.Status switch
            {
                WriteStatus.Done => FlawOf(check, type, ManifestJson.Parse(answer.Body.Span)),
                WriteStatus.NotFound => "it isn't there",
                _ => $"it can't be read: {answer.Message}",
            };
        }
        catch (ClusterException unread)
        {
            return $"the target can't be asked: {unread.Message}";
        }
    }

    private static ApiResource? TypeOf(string kind, ApiSurface surface)
    {
        var types = surface.Resources.Select(r => new ResourceType(r.Group, r.Version, r.Resource, r.Kind, r.Namespaced)).Distinct();
        return KindNames.Find(kind, types, ImmutableDictionary<string, string>.Empty) is [var meant, ..]
            ? surface.Find(meant.Group, meant.Resource)
            : null;
    }

    private static string? FlawOf(RecoveryCheck check, ApiResource type, JsonObject live)
    {
        if (check.Condition is { } condition)
            return Conditions.IsTrue(live.Object("status"), condition)
                ? null
                : Conditions.Quote(Conditions.Find(live.Object("status"), condition)) ?? $"it has no condition {condition}";
        var state =
            type.GroupResource == KnownTypes.PersistentVolumeClaims ? ClaimReadiness.Of(live, waitsForConsumer: false, isUsed: true)
            : ObjectReadiness.Has(type.GroupResource) ? ObjectReadiness.Of(type.GroupResource, live)
            : CustomReadiness.Of(live, new("", WasReady: null, Sent: null, IsNew: false));
        return state.Kind switch
        {
            ReadyKind.Ready => null,
            ReadyKind.NotAwaited => ObjectReadiness.HasPods(type.GroupResource) ? "it is paused, suspended or scaled to zero" : null,
            _ => state.Reason,
        };
    }
}
