using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Restore.Rules;
using Holdfast.Restore.Transforms;

namespace Holdfast.Restore.Planning;

/// <summary>What the transforms of a request did while it was planned: what matched nothing, and what couldn't be applied.</summary>
internal sealed class TransformUse(TransformSet transforms)
{
    private const int Listed = 20;
    private readonly HashSet<int> matched = [];
    private readonly HashSet<int> changed = [];
    private readonly List<string> faults = [];
    private int faulty;

    public TransformSet Transforms => transforms;

    public void Note(string groupResource, PlannedSubject subject, PreparedManifest prepared)
    {
        matched.UnionWith(prepared.Matched);
        changed.UnionWith(prepared.Transformed);
        if (prepared.TransformFault is not { } fault)
            return;
        faulty++;
        if (faults.Count < Listed)
            faults.Add($"{new ObjectKey(groupResource, subject.Namespace, subject.Captured)}: {fault}");
    }

    /// <summary>For the step of an object that was changed; empty: it wasn't.</summary>
    public string Said(PreparedManifest prepared) =>
        prepared.Transformed.IsEmpty ? "" : $"; changed by {string.Join(", ", prepared.Transformed.Select(i => transforms.Labels[i]))}";

    /// <exception cref="RestoreException">BadRequest: some couldn't be applied.</exception>
    public void Check(PlanWarnings warnings)
    {
        if (faulty > 0)
        {
            var more =
                faulty > faults.Count
                    ? [$"and {(faulty - faults.Count).ToString(CultureInfo.InvariantCulture)} more objects"]
                    : Array.Empty<string>();
            throw new RestoreException(RestoreRefusal.BadRequest, [.. faults, .. more]);
        }
        foreach (var warning in transforms.Without(matched, changed))
            warnings.Add(warning);
    }
}
