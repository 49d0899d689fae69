namespace Holdfast.Restore.Mapping;

/// <summary>What a mapping is of; the order is that of the request.</summary>
internal enum MappingKind
{
    Registry,
    Host,
    NodeSelector,
    Toleration,
    PriorityClass,
    ExternalId,
}

/// <summary>A mapping changed something in an object.</summary>
/// <param name="Old">As the request says it.</param>
/// <param name="Path">Where, of an external identifier; null of others.</param>
internal sealed record MappingUse(MappingKind Kind, string Old, string New, string? Path = null)
{
    /// <summary>As a step's reason says it.</summary>
    public override string ToString() =>
        Kind switch
        {
            MappingKind.Registry => $"image registry {Arrow}",
            MappingKind.Host => $"host {Arrow}",
            MappingKind.NodeSelector => $"node selector {Arrow}",
            MappingKind.Toleration => $"toleration {Arrow}",
            MappingKind.PriorityClass => $"priority class {Arrow}",
            _ => $"external identifier {Arrow} at {Path}",
        };

    /// <summary>The option that asked for it.</summary>
    public static string Option(MappingKind kind) =>
        kind switch
        {
            MappingKind.Registry => "--map-registry",
            MappingKind.Host => "--map-host",
            MappingKind.NodeSelector => "--map-node-selector",
            MappingKind.Toleration => "--map-toleration",
            MappingKind.PriorityClass => "--map-priority-class",
            _ => "--map-external-id",
        };

    private string Arrow => New.Length == 0 ? $"{Old} left out" : $"{Old} to {New}";
}
