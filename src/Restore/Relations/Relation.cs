using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;

namespace Holdfast.Restore.Relations;

/// <summary>One way in which an object refers to others: a row of <see cref="RelationTable"/>.</summary>
/// <param name="Id">Names the row, in tests and documents.</param>
/// <param name="Types">Of the objects that refer, by group-resource; <see cref="RelationTable.Any"/> for all.</param>
/// <param name="Brings">
/// Why what is referred to comes with the object; <c>{0}</c> stands for the object. Null: it doesn't come.
/// </param>
/// <param name="Follows">
/// Why the object comes with what it refers to; <c>{0}</c> stands for the latter. Null: it doesn't come.
/// </param>
internal sealed record Relation(string Id, ImmutableArray<string> Types, string? Brings, string? Follows)
{
    /// <summary>
    /// The object leads to others' Pods (a Service, an Ingress). It brings them only if it isn't itself here because of one of them: other
    /// applications behind a shared Ingress stay out.
    /// </summary>
    public bool IsRoute { get; init; }

    /// <summary>Whether what it refers to is there is for other checks of a plan.</summary>
    public bool IsCheckedElsewhere { get; init; }

    /// <summary>What it refers to by name.</summary>
    public Func<RelationSubject, IEnumerable<NamedReference>> Names { get; init; } = _ => [];

    /// <summary>What it refers to by labels, or by a pattern of names.</summary>
    public Func<RelationSubject, IEnumerable<MatchedReference>> Matches { get; init; } = _ => [];

    /// <summary>Why what <paramref name="from"/> refers to comes: <c>Deployment shop/web mounts it</c>.</summary>
    public string Because(string from) => string.Format(CultureInfo.InvariantCulture, Brings!, from);

    /// <summary>Why the object comes that refers to <paramref name="to"/>: <c>it serves the Pods of Deployment shop/web</c>.</summary>
    public string BecauseOf(string to) => string.Format(CultureInfo.InvariantCulture, Follows!, to);
}

/// <summary>A reference to one object.</summary>
/// <param name="IsOptional">The object that refers does without it, where it isn't there.</param>
internal readonly record struct NamedReference(ObjectKey Key, bool IsOptional = false);

/// <summary>A reference to all objects of a namespace that match.</summary>
/// <param name="Resource">
/// A group-resource; <c>pods</c> means Pods and everything that makes Pods, by the labels of these.
/// </param>
internal sealed record MatchedReference(string Resource, string Namespace, Func<string, JsonObject?, bool> Takes);
