using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>A node of a fleet's tree: which run it is of, and the clusters that it captures itself.</summary>
internal sealed record FleetNode : FleetOrderRef
{
    [JsonConstructor]
    public FleetNode() { }

    [SetsRequiredMembers]
    public FleetNode(FleetOrderRef order)
        : base(order) { }

    /// <summary>At most <see cref="CaptureSome.Most"/>; none where its children capture them, or before they are looked up.</summary>
    public ImmutableArray<ClusterName> Clusters
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <summary>A fleet as its orchestration knows it.</summary>
/// <param name="Order">The root of the tree.</param>
/// <param name="Clusters">How many there are.</param>
internal sealed record FleetSize(FleetNode Order, int Clusters)
{
    public int Nodes => (Clusters + CaptureSome.Most - 1) / CaptureSome.Most;
}

/// <summary>Looks up how large a fleet is, and how it is driven. Repeated, it returns the same.</summary>
internal sealed class SettleFleet(RunRecords records) : RunActivity<FleetOrderRef, FleetSize>(records)
{
    public const string Name = nameof(SettleFleet);

    protected override async Task<FleetSize> DoAsync(FleetOrderRef order, CancellationToken cancellation)
    {
        var whole = await Records.Orders.FleetAsync(order.Run, cancellation);
        var root = new FleetNode(whole) { Clusters = whole.Clusters.Length <= CaptureSome.Most ? whole.Clusters : [] };
        return new(root, whole.Clusters.Length);
    }
}
