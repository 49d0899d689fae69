using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Editing;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Restore.Relations;

/// <summary>Reads references at fixed paths, in which <c>*</c> stands for each item.</summary>
internal static class ReferenceFields
{
    /// <summary>Names of objects in the subject's namespace, or in the one that stands beside the name.</summary>
    public static Func<RelationSubject, IEnumerable<NamedReference>> Names(string resource, params string[] paths) =>
        Read(s => s.Manifest, paths, (s, parent, member) => Named(resource, parent.Text("namespace") ?? s.Namespace, parent, member));

    /// <summary>Names of objects of the whole cluster.</summary>
    public static Func<RelationSubject, IEnumerable<NamedReference>> ClusterNames(string resource, params string[] paths) =>
        Read(s => s.Manifest, paths, (_, parent, member) => Named(resource, null, parent, member));

    /// <summary>The first in the specification of its Pods.</summary>
    public static Func<RelationSubject, IEnumerable<NamedReference>> PodNames(string resource, params string[] paths) =>
        Read(s => s.PodSpec, paths, (s, parent, member) => Named(resource, s.Namespace, parent, member));

    public static Func<RelationSubject, IEnumerable<NamedReference>> PodClusterNames(string resource, params string[] paths) =>
        Read(s => s.PodSpec, paths, (_, parent, member) => Named(resource, null, parent, member));

    /// <summary>Objects that say which kind they mean.</summary>
    /// <param name="group">Meant where none is given.</param>
    /// <param name="kind">The same.</param>
    public static Func<RelationSubject, IEnumerable<NamedReference>> Kinds(string group, string? kind, params string[] paths)
    {
        var patterns = paths.Select(FieldPattern.Parse).ToArray();
        return s => patterns.SelectMany(p => p.Values(s.Manifest)).OfType<JsonObject>().SelectMany(o => OfKind(s, o, group, kind));
    }

    /// <summary>What the object names by kind, where that is a type of the point.</summary>
    public static IEnumerable<NamedReference> OfKind(RelationSubject subject, JsonObject reference, string group = "", string? kind = null)
    {
        var named = reference.Text("apiVersion") is { } version
            ? ManifestJson.GroupOf(version)
            : reference.Text("group") ?? reference.Text("apiGroup") ?? group;
        if (
            reference.Text("name") is { Length: > 0 } name
            && (reference.Text("kind") ?? kind) is { } wanted
            && subject.Kinds(named, wanted) is { } type
        )
            yield return new(new(type.GroupResource, type.Namespaced ? reference.Text("namespace") ?? subject.Namespace : null, name));
    }

    /// <summary>Objects of the subject's namespace that a selector with matchLabels and matchExpressions chooses.</summary>
    public static Func<RelationSubject, IEnumerable<MatchedReference>> Selecting(string resource, string member) =>
        s => LabelSelector.Of(s.Spec.Object(member)) is { } selector && s.Namespace is { } ns ? [Labelled(resource, ns, selector)] : [];

    public static MatchedReference Labelled(string resource, string ns, LabelSelector selector) =>
        new(resource, ns, (_, labels) => selector.Matches(labels));

    private static Func<RelationSubject, IEnumerable<NamedReference>> Read(
        Func<RelationSubject, JsonObject?> root,
        string[] paths,
        Func<RelationSubject, JsonObject, string, IEnumerable<NamedReference>> read
    )
    {
        var fields = paths.Select(Field).ToArray();
        return s =>
            root(s) is { } node
                ? fields.SelectMany(f =>
                    (f.Parents is null ? [node] : f.Parents.Values(node)).OfType<JsonObject>().SelectMany(p => read(s, p, f.Member))
                )
                : [];
    }

    private static (FieldPattern? Parents, string Member) Field(string path)
    {
        var last = path.LastIndexOf('/');
        return (last == 0 ? null : FieldPattern.Parse(path[..last]), path[(last + 1)..]);
    }

    private static IEnumerable<NamedReference> Named(string resource, string? ns, JsonObject parent, string member) =>
        parent.Text(member) is { Length: > 0 } name ? [new(new ObjectKey(resource, ns, name), parent.Flag("optional"))] : [];
}
