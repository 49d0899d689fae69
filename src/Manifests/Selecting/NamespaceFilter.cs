using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Manifests.Selecting;

/// <summary>Whether a namespace's objects are taken. Immutable.</summary>
/// <param name="scope">What the caller asked for.</param>
/// <param name="labelled">Namespaces that carry the label which leaves them out.</param>
public sealed class NamespaceFilter(CaptureScope scope, ImmutableArray<string> labelled)
{
    private readonly HashSet<string> only = [.. scope.Namespaces];
    private readonly HashSet<string> never = [.. scope.ExcludedNamespaces, .. labelled];

    public bool Takes(string ns) => (only.Count == 0 || only.Contains(ns)) && !never.Contains(ns);
}
