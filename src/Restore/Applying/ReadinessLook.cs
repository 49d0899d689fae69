using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;
using Holdfast.Restore.Readiness;

namespace Holdfast.Restore.Applying;

/// <param name="Reason">Why it isn't ready, from the object. Holds no secret.</param>
internal sealed record AwaitedObject(RestoreStep Step, string Reason);

/// <summary>
/// Looks which of the objects that a restore wrote have become ready: one list for each type and namespace, or one of the whole type where
/// there are many, never a request for each object. What is ready, or never will be, is recorded and isn't looked at again. Not
/// thread-safe.
/// </summary>
internal sealed class ReadinessLook(ApplyContext context)
{
    private const int ListsAtOnce = 4;

    /// <summary>Of one type; with more, one list of the type in all namespaces costs the server less.</summary>
    private const int MostNamespaces = 10;

    private readonly Dictionary<int, WrittenResource> resources = [];

    /// <summary>Only these are looked at, and nothing of them is recorded. Null: all, for the record.</summary>
    public Func<RestoreStep, bool>? Only { get; init; }

    /// <returns>What may still become ready.</returns>
    public async Task<IReadOnlyList<AwaitedObject>> ReadAsync(CancellationToken cancellation)
    {
        var open = context.Plan.Steps.Where(IsOpen).ToList();
        if (open.Count == 0)
            return [];
        foreach (var step in open.Where(IsCustom))
            await KnowAsync(step, cancellation);
        var claims = await new ClaimFacts(context).ReadAsync(open, cancellation);
        var states = new ConcurrentDictionary<int, ReadyState>();
        await Parallel.ForEachAsync(
            Lists(open),
            new ParallelOptions { MaxDegreeOfParallelism = ListsAtOnce, CancellationToken = cancellation },
            async (list, stop) => await ReadAsync(list, claims, states, stop)
        );
        if (Only is null)
            foreach (var step in open)
                Record(step, states[step.Number]);
        return
        [
            .. from step in open
            let state = states[step.Number]
            where state.Kind == ReadyKind.Waiting
            select new AwaitedObject(step, state.Reason!),
        ];
    }

    /// <summary>It was written, its readiness isn't known, and nothing that was asked for holds it back.</summary>
    private bool IsOpen(RestoreStep step) =>
        context.Outcomes.Of(step.Number) is { IsWritten: true, ReadyAt: null, NotReady: null } outcome
        && !outcome.Pending.HasFlag(PendingWork.Replicas)
        && step.External is not { Choice: ExternalChoice.Pause }
        && Only?.Invoke(step) != false
        && (step.Resource == KnownTypes.PersistentVolumeClaims || ObjectReadiness.Has(step.Resource) || IsCustom(step));

    private bool IsCustom(RestoreStep step) => TypeOf(step) is { } type && context.IsCustom(type);

    private ApiResource? TypeOf(RestoreStep step) => context.Types.Find(step.Resource, step.ApiVersion);

    private async Task KnowAsync(RestoreStep step, CancellationToken cancellation)
    {
        if (resources.ContainsKey(step.Number) || step.Source is not { } at)
            return;
        var (_, captured) = await context.Manifests.CapturedAsync(at, cancellation);
        resources[step.Number] = new(
            context.Manager.FieldManager,
            CustomReadiness.WasReady(captured),
            await context.Manifests.StatusAsync(step, TypeOf(step)!, cancellation),
            context.Outcomes.Of(step.Number)!.Kind is OutcomeKind.Created or OutcomeKind.Recreated
        );
    }

    private static IEnumerable<IReadOnlyList<RestoreStep>> Lists(List<RestoreStep> open) =>
        open.GroupBy(s => (s.Resource, s.ApiVersion))
            .SelectMany(type =>
            {
                var namespaces = type.GroupBy(s => s.Namespace).Select(n => n.ToList()).ToList();
                return namespaces.Count > MostNamespaces ? [type.ToList()] : namespaces;
            });

    /// <param name="steps">Of one type, in one namespace or in many.</param>
    private async Task ReadAsync(
        IReadOnlyList<RestoreStep> steps,
        ClaimFacts claims,
        ConcurrentDictionary<int, ReadyState> states,
        CancellationToken cancellation
    )
    {
        var missing = steps.ToDictionary(s => (s.Namespace ?? "", s.Name));
        if (TypeOf(steps[0]) is not { } type)
        {
            Answer(ReadyState.Waiting($"the target doesn't serve {steps[0].Resource} as {steps[0].ApiVersion} any more"));
            return;
        }
        try
        {
            await foreach (
                var _ in new ResourceLister(context.Target).ListAsync(
                    new(type, steps.All(s => s.Namespace == steps[0].Namespace) ? steps[0].Namespace : null),
                    (in ListedItem item) =>
                    {
                        if (missing.Remove((Encoding.UTF8.GetString(item.Namespace), Encoding.UTF8.GetString(item.Name)), out var step))
                            states[step.Number] = StateOf(step, ManifestJson.Parse(item.Json), claims);
                    },
                    cancellation
                )
            ) { }
            Answer(null);
        }
        catch (ClusterException unread)
        {
            var reason = $"it can't be read: {unread.Message}";
            var isFinal = unread.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound;
            Answer(isFinal ? ReadyState.Failed(reason) : ReadyState.Waiting(reason));
        }

        void Answer(ReadyState? state)
        {
            foreach (var step in missing.Values)
                states[step.Number] = state ?? Gone(step);
        }
    }

    /// <summary>A Job that is done may be set to be deleted after a time.</summary>
    private static ReadyState Gone(RestoreStep step) =>
        step.Resource == KnownTypes.Jobs ? ReadyState.NotAwaited : ReadyState.Failed("it was deleted since it was restored");

    private ReadyState StateOf(RestoreStep step, JsonObject live, ClaimFacts claims) =>
        live.IsBeingDeleted() ? ReadyState.Waiting("it is being deleted")
        : step.Resource == KnownTypes.PersistentVolumeClaims ? claims.Of(live)
        : resources.TryGetValue(step.Number, out var written) ? CustomReadiness.Of(live, written)
        : ObjectReadiness.Of(step.Resource, live);

    private void Record(RestoreStep step, ReadyState state)
    {
        var outcome = context.Outcomes.Of(step.Number)!;
        if (state.Kind == ReadyKind.Ready)
            context.Outcomes.Record(outcome with { ReadyAt = context.Time.GetUtcNow() });
        else if (state.Kind == ReadyKind.Failed)
            context.Outcomes.Record(outcome with { NotReady = ReadinessWait.Cut(state.Reason!) });
    }
}
