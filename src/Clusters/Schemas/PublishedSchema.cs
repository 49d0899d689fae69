namespace Holdfast.Clusters.Schemas;

/// <summary>An API server's schema of a type: its fields and how they merge.</summary>
/// <param name="Schema">Null: it publishes none, or none could be read.</param>
/// <param name="Unread">Why none could be read; null if one was read, or if the server publishes none.</param>
public readonly record struct PublishedSchema(Schema? Schema, UnreadSchema? Unread = null);

/// <summary>A schema document of an API server that couldn't be read.</summary>
/// <param name="Path">Of the request.</param>
/// <param name="Reason">What happened and what to do, for a person, without secrets.</param>
public sealed record UnreadSchema(string Path, ClusterFailure Failure, string Reason)
{
    /// <summary>It is the definition of one custom type, not a document of many types.</summary>
    public bool IsDefinition => Path.StartsWith(ServerSchemas.Definitions, StringComparison.Ordinal);
}
