using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Manifests;

namespace Holdfast.Orchestrations.Runs;

/// <summary>What to capture of a cluster, whichever it is.</summary>
/// <remarks>
/// What is not said in JSON is not there for an initialiser either: the generated reader sets every init-only property. So defaults stand
/// in the getters, of all orders, and an order that an earlier version wrote is read by this one.
/// </remarks>
public record CaptureTerms
{
    /// <summary>
    /// What may be large is left out: it is in the order that is kept (<see cref="RunOrders"/>). An orchestration is started with a brief
    /// order.
    /// </summary>
    public bool IsBrief { get; init; }

    /// <summary>The policy that asks for it; null: somebody asks by hand.</summary>
    public string? Policy { get; init; }

    /// <summary>
    /// The policy's document as it was when the run was ordered: it goes into the points, whatever becomes of the policy before they are
    /// made.
    /// </summary>
    public JsonElement? PolicyDocument { get; init; }

    public CaptureScope Scope
    {
        get => field ?? new();
        init;
    }

    /// <summary>Until when storage shall refuse deletion of the points.</summary>
    public DateTimeOffset? KeepUntil { get; init; }

    /// <summary>Read everything, reuse nothing by fingerprint.</summary>
    public bool Full { get; init; }

    /// <summary>API groups whose failing discovery is no gap. Default: <see cref="BuiltInGroups.Metrics"/>.</summary>
    public ImmutableArray<string> ExpectedAbsentGroups
    {
        get => field.IsDefault ? BuiltInGroups.Metrics : field;
        init;
    }

    /// <summary>Units of a cluster that are exported at once. Default 4.</summary>
    public int Units
    {
        get => field == 0 ? 4 : field;
        init;
    }

    /// <summary>
    /// How often a step is tried that fails for a reason that may pass, with growing pauses from 5 seconds to 2 minutes. Default 5.
    /// </summary>
    public int Attempts
    {
        get => field == 0 ? 5 : field;
        init;
    }
}

/// <summary>Captures one cluster.</summary>
public sealed record CaptureOrder : CaptureTerms
{
    public required RunId Run { get; init; }
    public required ClusterName Cluster { get; init; }

    /// <summary>Who asked, as an audit names them; <c>schedule</c> for a policy's run.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>The known name now stands for another cluster: a new history begins under it.</summary>
    public bool NewIncarnation { get; init; }

    /// <summary>The cluster's registration as it was when the run was ordered: it goes into the point.</summary>
    public JsonElement? Registration { get; init; }

    public CaptureOrder Brief() =>
        this with
        {
            IsBrief = true,
            Scope = new(),
            ExpectedAbsentGroups = [],
            PolicyDocument = null,
            Registration = null,
        };
}

/// <summary>Captures several clusters, each for itself: what one does never delays or fails another.</summary>
public sealed record FleetOrder : CaptureTerms
{
    public required RunId Run { get; init; }

    public required ImmutableArray<ClusterName> Clusters { get; init; }

    /// <summary>Clusters that are left out, since the policy's last capture of them still goes on.</summary>
    public ImmutableArray<ClusterName> Busy
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Clusters that should be captured and can't be: the report has each of them as failed.</summary>
    public ImmutableArray<UnusableCluster> Unusable
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What the report is to say of how the run came about.</summary>
    public string? Note { get; init; }
    public required string RequestedBy { get; init; }

    /// <summary>Clusters that are captured at once. Default: as of a policy.</summary>
    public int Concurrency
    {
        get => field == 0 ? new ConcurrencyLimits().Clusters : field;
        init;
    }

    /// <summary>Each cluster starts so late, from nothing to this, always the same for a policy and cluster. Default: at once.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The clusters' registrations as they were when the run was ordered, by name.</summary>
    public ImmutableDictionary<string, JsonElement> Registrations
    {
        get => field ?? ImmutableDictionary<string, JsonElement>.Empty;
        init;
    }

    public FleetOrder Brief() =>
        this with
        {
            IsBrief = true,
            Clusters = [],
            Busy = [],
            Unusable = [],
            Scope = new(),
            ExpectedAbsentGroups = [],
            PolicyDocument = null,
            Registrations = ImmutableDictionary<string, JsonElement>.Empty,
            Note = RunResult.Cut(Note),
        };

    /// <summary>What a policy asks for of these clusters, as it and their registrations are now.</summary>
    /// <param name="now">From when immutability counts.</param>
    public static FleetOrder Under(
        ProtectionPolicy policy,
        IReadOnlyCollection<ClusterRegistration> clusters,
        RunId run,
        string requestedBy,
        DateTimeOffset now
    ) =>
        new()
        {
            Run = run,
            RequestedBy = requestedBy,
            Clusters = [.. clusters.Select(c => c.Name)],
            Registrations = Documents(clusters),
            Policy = policy.Name.ToString(),
            PolicyDocument = policy.ToElement(),
            Scope = policy.Selection,
            KeepUntil = policy.Immutability is { } rule ? now.AddDays(rule.Days) : null,
            ExpectedAbsentGroups = policy.ExpectedAbsentGroups,
            Units = policy.Concurrency.Units,
            Concurrency = policy.Concurrency.Clusters,
        };

    public static ImmutableDictionary<string, JsonElement> Documents(IEnumerable<ClusterRegistration> clusters) =>
        clusters.ToImmutableDictionary(c => c.Name.ToString(), c => c.ToElement());

    /// <summary>The order for one of the clusters; a brief one of a brief one.</summary>
    public CaptureOrder For(ClusterName cluster) =>
        new()
        {
            IsBrief = IsBrief,
            Run = Run.Of(cluster),
            Cluster = cluster,
            RequestedBy = RequestedBy,
            Registration = Registrations.TryGetValue(cluster.ToString(), out var registration) ? registration : null,
            Policy = Policy,
            PolicyDocument = PolicyDocument,
            Scope = Scope,
            KeepUntil = KeepUntil,
            Full = Full,
            ExpectedAbsentGroups = ExpectedAbsentGroups,
            Units = Units,
            Attempts = Attempts,
        };
}
