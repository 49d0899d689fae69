using System.Text.Json.Serialization;

namespace Holdfast.Manifests.Comparing;

/// <param name="Path">As a JSON pointer (RFC 6901): into the live object, or, where it has nothing there, into the point's.</param>
/// <param name="Live">The JSON text there now; null: absent. Of secret data its digest.</param>
/// <param name="Desired">The same of the point.</param>
/// <param name="Stays">The step does not change it.</param>
public sealed record FieldDiff(string Path, string? Live = null, string? Desired = null, bool Stays = false)
{
    /// <summary>
    /// The path with items of lists by what distinguishes them (<c>/spec/containers[name=web]/image</c>); null: it is the same.
    /// </summary>
    public string? Label { get; init; }

    /// <summary>
    /// True: items that both lists have come in another order, and <c>live</c> and <c>desired</c> are the labels of these items in order.
    /// Null: the texts are the values.
    /// </summary>
    public bool? Reordered { get; init; }

    /// <summary>For a person to read.</summary>
    [JsonIgnore]
    public string Name => Label ?? Path;
}
