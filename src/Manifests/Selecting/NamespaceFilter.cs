using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Manifests.Selecting;

/// <summary>Whether a namespace's objects are taken. Immutable.</summary>
/// <param name="scope">What the caller asked for, by names and patterns of names.</param>
/// <param name="labelled">Namespaces that carry the label which leaves them out.</param>
public sealed class NamespaceFilter(CaptureScope scope, ImmutableArray<string> labelled)
{
    private readonly NamePatterns only = new(scope.Namespaces);
    private readonly NamePatterns never = new([.. scope.ExcludedNamespaces, .. labelled]);

    public bool Takes(string ns) => (only.IsEmpty || only.Match(ns)) && !never.Match(ns);
}
