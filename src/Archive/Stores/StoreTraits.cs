using System.Text.Json.Serialization;

namespace Holdfast.Archive.Stores;

/// <summary>What protects a vault's content beyond this program.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StoreTrait>))]
public enum StoreTrait
{
    /// <summary>What is written over or deleted by name stays, as a version.</summary>
    Versioning,

    /// <summary>The storage refuses to delete versions until their time, and while a legal hold is on them.</summary>
    Immutability,

    /// <summary>Deleted versions can be brought back for a time.</summary>
    SoftDelete,

    /// <summary>A deleted container can be brought back for a time.</summary>
    ContainerSoftDelete,

    /// <summary>No one reads without signing in.</summary>
    PrivateAccess,

    /// <summary>No key that everyone shares opens the account: whoever does something there is known by name.</summary>
    NoSharedKeys,
}

[JsonConverter(typeof(JsonStringEnumConverter<TraitState>))]
public enum TraitState
{
    /// <summary>It can't be read with these credentials.</summary>
    Unknown,
    Present,
    Missing,
}

/// <param name="Detail">How that is known, or why it isn't, and what to do, for a person.</param>
public sealed record TraitFinding(StoreTrait Trait, TraitState State, string Detail);
