using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Archive.Format;

namespace Holdfast.Restore.Transforms;

/// <summary>What transforms did to the objects of one request: which had an effect, and where one couldn't be applied.</summary>
internal sealed class TransformTally(TransformSet transforms)
{
    private const int Listed = 20;
    private readonly HashSet<int> matched = [];
    private readonly HashSet<int> changed = [];
    private readonly List<string> faults = [];
    private int faulty;

    public TransformSet Transforms => transforms;

    /// <summary>Objects that one can't be applied to, each with why; empty: there are none.</summary>
    public ImmutableArray<string> Faults =>
        faulty == faults.Count
            ? [.. faults]
            : [.. faults, $"and {(faulty - faults.Count).ToString(CultureInfo.InvariantCulture)} more objects"];

    /// <summary>Transforms that had no effect, each with why, for a person.</summary>
    public IEnumerable<string> WithoutEffect
    {
        get
        {
            for (var i = 0; i < transforms.Labels.Count; i++)
            {
                if (!matched.Contains(i))
                    yield return $"{transforms.Labels[i]} matches no object";
                else if (!changed.Contains(i))
                    yield return $"{transforms.Labels[i]} changes nothing in the objects that it matches";
            }
        }
    }

    /// <param name="matching">The transforms that are meant for the object.</param>
    /// <param name="changedBy">Those that changed it.</param>
    public void Note(ObjectKey subject, IEnumerable<int> matching, IEnumerable<int> changedBy, string? fault)
    {
        matched.UnionWith(matching);
        changed.UnionWith(changedBy);
        if (fault is null)
            return;
        faulty++;
        if (faults.Count < Listed)
            faults.Add($"{subject}: {fault}");
    }
}
