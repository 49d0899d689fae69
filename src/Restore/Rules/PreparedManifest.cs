using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Restore.Mapping;

namespace Holdfast.Restore.Rules;

/// <summary>One manifest of a point, made ready to be written by the rules of docs/restore.md.</summary>
public sealed record PreparedManifest
{
    /// <summary>Set: the object isn't restored, and why. Everything else is then unset.</summary>
    public string? SkipReason { get; init; }

    /// <summary>The <see cref="Rule.Id"/> that skips it; set with <see cref="SkipReason"/>.</summary>
    public string? SkipRule { get; init; }

    /// <summary>It is skipped, and a controller creates it again.</summary>
    public bool IsCreatedAgain { get; init; }

    /// <summary>What to create: scrubbed, without ownerReferences, managedFields, and (for a type with <c>/status</c>) status.</summary>
    public JsonObject Body { get; init; } = [];

    /// <summary>The point's ownerReferences, their uids dead: to be resolved by group-kind, namespace and name.</summary>
    public JsonArray OwnerReferences { get; init; } = [];

    /// <summary>
    /// The point's managedFields where they hold an <c>Apply</c> entry: one last merge patch puts them back. Null: nothing to put back.
    /// </summary>
    public JsonArray? ManagedFields { get; init; }

    /// <summary>What to write through <c>/status</c>, without any observedGeneration; null when not asked for.</summary>
    public JsonObject? Status { get; init; }

    /// <summary>The replicas to give back once operators may run; null when not quiesced.</summary>
    public int? Replicas { get; init; }

    /// <summary>What comes back otherwise than it was, for the plan's warnings (a claim provisioned empty).</summary>
    public ImmutableArray<ObjectWarning> Warnings { get; init; } = [];

    /// <summary>What of the object doesn't come back, and what to do; null: all does. With one the restore ends partial.</summary>
    public string? Shortfall { get; init; }

    public bool Incomplete => Shortfall is not null;

    /// <summary>The transforms that are meant for it, by their number from 0.</summary>
    public ImmutableArray<int> Matched { get; init; } = [];

    /// <summary>Those of them that changed it.</summary>
    public ImmutableArray<int> Transformed { get; init; } = [];

    /// <summary>Why one of them can't be applied; null: all were.</summary>
    public string? TransformFault { get; init; }

    /// <summary>What the request's mappings changed in it.</summary>
    internal ImmutableArray<MappingUse> Mapped { get; init; } = [];

    /// <summary>What keeps it, as part of a clone, from acting in its source's place.</summary>
    internal ImmutableArray<IsolatedPart> Isolated { get; init; } = [];

    /// <summary>It isn't as it was captured because the request asks for it.</summary>
    public bool IsChangedAsAsked => !(Transformed.IsEmpty && Mapped.IsEmpty && Isolated.IsEmpty);

    /// <summary>It comes one stage before the other objects of its type.</summary>
    public bool Early { get; init; }
}
