using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Control.Policies;
using Holdfast.Manifests;

namespace Holdfast.Capture.Changes;

/// <summary>
/// Looks for changes from one point to the next that a person should see: what an attacker or a mistake does before anyone notices. Counts
/// come from the inventories; a bounded number of segments is read, of a few types, where they changed.
/// </summary>
internal sealed class ChangeCheck(RecoveryPointReader before, RecoveryPointReader after, ChangeThresholds thresholds)
{
    private const int Named = 5;

    /// <summary>Controllers make and delete these all the time.</summary>
    private static readonly HashSet<string> Fleeting =
    [
        KnownTypes.Pods,
        KnownTypes.ReplicaSets,
        KnownTypes.ControllerRevisions,
        KnownTypes.Jobs,
        KnownTypes.Events,
        KnownTypes.EventsOfEventsGroup,
        KnownTypes.Endpoints,
        KnownTypes.EndpointSlices,
        KnownTypes.Leases,
    ];

    /// <returns>What was found, and what couldn't be looked at, for a person; null: everything was.</returns>
    /// <exception cref="ArchiveException">The vault can't be read.</exception>
    public async Task<(ImmutableArray<SuspiciousChange> Found, string? Note)> FindAsync(CancellationToken cancellation)
    {
        if (SharedScope.Of(before.Inventory, after.Inventory) is not { } scope)
            return ([], null);
        var marks = new ChangedMarks(before, after, scope);
        SuspiciousChange?[] found =
        [
            MassDeletion(scope),
            await NewAsync(
                (SuspicionKind.ClusterAdmin, thresholds.NewClusterAdmins, "subjects are newly bound to cluster-admin"),
                marks,
                ObjectMarks.Bindings,
                ObjectMarks.OfBinding,
                cancellation
            ),
            await NewAsync(
                (SuspicionKind.Webhook, thresholds.NewWebhooks, "admission webhooks are new or call another address"),
                marks,
                ObjectMarks.Webhooks,
                ObjectMarks.OfWebhooks,
                cancellation
            ),
            await NewAsync(
                (
                    SuspicionKind.PrivilegedWorkload,
                    thresholds.NewPrivilegedWorkloads,
                    "workloads newly run privileged or on host namespaces"
                ),
                marks,
                ObjectMarks.Workloads,
                ObjectMarks.OfWorkload,
                cancellation
            ),
            await SecretChurnAsync(scope, marks, cancellation),
        ];
        var note =
            marks.Unread == 0
                ? null
                : $"{marks.Unread} changed segments were not looked at for suspicious changes, since too much changed since "
                    + $"{before.Seal.Point}";
        return ([.. found.OfType<SuspiciousChange>()], note);
    }

    private SuspiciousChange? MassDeletion(SharedScope scope)
    {
        if (thresholds.DeletedObjects == 0)
            return null;
        var now = scope.After.ToDictionary(s => (s.Resource, s.Namespace), s => s.Objects);
        var segments = scope.Before.Where(s => !Fleeting.Contains(s.Resource)).ToList();
        var gone = segments
            .Select(s => (s.Resource, Count: Math.Max(0, s.Objects - now.GetValueOrDefault((s.Resource, s.Namespace)))))
            .GroupBy(s => s.Resource, s => s.Count)
            .Select(g => (Resource: g.Key, Count: g.Sum()))
            .OrderByDescending(g => g.Count)
            .ToList();
        var (count, all) = (gone.Sum(g => g.Count), segments.Sum(s => s.Objects));
        if (count < thresholds.DeletedObjects || count * 100 < all * thresholds.DeletedPercent)
            return null;
        var most = gone.Where(g => g.Count > 0).Take(Named).Select(g => Text($"{g.Count} {g.Resource}"));
        return new(
            SuspicionKind.MassDeletion,
            (int)Math.Min(count, int.MaxValue),
            Text($"{count} of {all} objects are gone since {before.Seal.Point}: {string.Join(", ", most)}")
        );
    }

    private async Task<SuspiciousChange?> NewAsync(
        (SuspicionKind Kind, int Threshold, string What) rule,
        ChangedMarks marks,
        string[] types,
        Func<Segment, JsonObject, IEnumerable<(string Name, string Value)>> of,
        CancellationToken cancellation
    )
    {
        if (rule.Threshold == 0)
            return null;
        var (was, now) = await marks.ReadAsync(types, of, cancellation);
        var found = now.Where(m => !was.TryGetValue(m.Key, out var value) || value != m.Value).Select(m => m.Key).ToList();
        return found.Count < rule.Threshold
            ? null
            : new(rule.Kind, found.Count, Text($"{found.Count} {rule.What} since {before.Seal.Point}: {Names(found)}"));
    }

    private async Task<SuspiciousChange?> SecretChurnAsync(SharedScope scope, ChangedMarks marks, CancellationToken cancellation)
    {
        if (thresholds.ChangedSecrets == 0)
            return null;
        var (was, now) = await marks.ReadAsync(ObjectMarks.Secrets, ObjectMarks.OfSecret, cancellation);
        var changed = now.Where(m => was.TryGetValue(m.Key, out var value) && value != m.Value).Select(m => m.Key).ToList();
        var all = scope.Before.Where(s => s.Resource == KnownTypes.Secrets).Sum(s => s.Objects);
        return changed.Count < thresholds.ChangedSecrets || changed.Count * 100L < all * thresholds.ChangedSecretsPercent
            ? null
            : new(
                SuspicionKind.SecretChurn,
                changed.Count,
                Text($"the data of {changed.Count} of {all} Secrets changed since {before.Seal.Point}: {Names(changed)}")
            );
    }

    private static string Names(List<string> names)
    {
        names.Sort(StringComparer.Ordinal);
        return string.Join(", ", names.Take(Named)) + (names.Count > Named ? ", ..." : "");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
