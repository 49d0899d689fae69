using System.Text.Json.Serialization;

namespace Holdfast.Restore;

/// <summary>What a restore does about a resource outside the cluster that an object stands for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExternalChoice>))]
public enum ExternalChoice
{
    /// <summary>The object is in the target: the resource stays as it is.</summary>
    Live,

    /// <summary>The object comes back paused, and its operator takes the resource up again once everything else is in.</summary>
    Attach,

    /// <summary>The object comes back paused and stays so: another cluster may manage the resource.</summary>
    Pause,

    /// <summary>The object isn't restored: it would own the resource of another object.</summary>
    Leave,
}

/// <summary>Of an object that stands for a resource outside the cluster (a database in the cloud): never made a second time.</summary>
/// <param name="Operator"><c>Azure Service Operator</c> or <c>Crossplane</c>.</param>
/// <param name="Id">What the cloud knows the resource by, as far as the point does.</param>
public sealed record StepExternal(string Operator, string Id, ExternalChoice Choice)
{
    /// <summary>The earliest time that the resource can be taken back to, as its status said when it was captured, UTC. Null:
    /// unknown.</summary>
    public DateTimeOffset? EarliestRestore { get; init; }

    /// <summary>Of a database that can be taken back in time: the time of the point, UTC. Null for other resources.</summary>
    public DateTimeOffset? RestoreTo { get; init; }

    /// <summary>Makes another database with the data of that time; null: no such command is known.</summary>
    public string? RestoreCommand { get; init; }
}
