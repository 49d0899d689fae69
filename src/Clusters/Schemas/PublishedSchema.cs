namespace Holdfast.Clusters.Schemas;

/// <summary>What an API server says of a type's fields and of how they merge.</summary>
/// <param name="Schema">Null: it publishes none, or none could be read.</param>
/// <param name="Unread">Why none could be read; null where one was, and where the server publishes none.</param>
public readonly record struct PublishedSchema(Schema? Schema, UnreadSchema? Unread = null);

/// <summary>A document with schemas that an API server has and that could not be read.</summary>
/// <param name="Path">Of the request.</param>
/// <param name="Reason">What happened and what to do, for a person to read; holds no secret.</param>
public sealed record UnreadSchema(string Path, ClusterFailure Failure, string Reason)
{
    /// <summary>It is the definition of one custom type, not a document of many types.</summary>
    public bool IsDefinition => Path.StartsWith(ServerSchemas.Definitions, StringComparison.Ordinal);
}
