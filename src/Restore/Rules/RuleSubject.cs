using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Mapping;
using Holdfast.Restore.Transforms;

namespace Holdfast.Restore.Rules;

/// <summary>One manifest while the rules work on it, and what they found.</summary>
internal sealed class RuleSubject
{
    private List<ObjectWarning>? warnings;
    private List<string>? shortfalls;
    private List<MappingUse>? mapped;
    private List<IsolatedPart>? isolated;

    public RuleSubject(JsonObject manifest, RuleContext context)
    {
        Manifest = manifest;
        Context = context;
        Type = context.Type.GroupResource;
        Metadata = manifest.Ensure("metadata");
        Name = Metadata.Text("name") ?? "";
        Namespace = Metadata.Text("namespace");
    }

    public JsonObject Manifest { get; private set; }
    public JsonObject Metadata { get; }
    public RuleContext Context { get; }

    /// <summary>The group-resource.</summary>
    public string Type { get; }
    public RestoreRequest Request => Context.Request;
    public string Name { get; }
    public string? Namespace { get; }
    public JsonObject? Spec => Manifest.Object("spec");

    /// <summary>As captured. The rules of one kind see it; the rules of every object, which come last, may take it out.</summary>
    public JsonObject? Status => Manifest.Object("status");

    public JsonArray Owners { get; set; } = [];
    public JsonArray? ManagedFields { get; set; }
    public JsonObject? TakenStatus { get; set; }
    public int? Replicas { get; set; }

    /// <summary>It comes one stage before the other objects of its type.</summary>
    public bool Early { get; set; }

    /// <summary>It holds an address or port that was chosen for it.</summary>
    public bool Chosen { get; set; }

    /// <summary>What of it doesn't come back; null: nothing.</summary>
    public string? Shortfall => shortfalls is null ? null : string.Join("; ", shortfalls);
    public IReadOnlyList<ObjectWarning> Warnings => warnings ?? [];

    /// <summary>The transforms that are meant for it, as it was captured.</summary>
    public ImmutableArray<int> Matched { get; init; } = [];

    /// <summary>Null: no transform was applied.</summary>
    public TransformedManifest? Transformed { get; private set; }

    public void Transform()
    {
        if (Matched.IsEmpty)
            return;
        Transformed = Context.Transforms.Apply(Matched, Manifest);
        Manifest = Transformed.Manifest;
    }

    public string? Label(string key) => Metadata.Object("labels").Text(key);

    public string? Annotation(string key) => Metadata.Object("annotations").Text(key);

    /// <summary>Another than Kubernetes' own programs has written the object, as far as its managedFields show.</summary>
    public bool HasOtherHands()
    {
        foreach (var entry in Metadata.Objects("managedFields"))
            if (entry.Text("manager") is { } manager && !Programs.Contains(manager))
                return true;
        return false;
    }

    // As the distributions call them that put all of Kubernetes into one program.
    private static readonly HashSet<string> Programs = new(StringComparer.Ordinal)
    {
        "kube-apiserver",
        "kube-controller-manager",
        "clusterrole-aggregation-controller",
        "k3s",
        "k0s",
        "rke2",
        "kubelite",
        "hyperkube",
    };

    /// <summary>Removes annotations, and the map once it is empty by that.</summary>
    public void RemoveAnnotations(Predicate<string> match)
    {
        if (Metadata.Object("annotations") is not { } annotations)
            return;
        List<string>? gone = null;
        foreach (var (key, _) in annotations)
            if (match(key))
                (gone ??= []).Add(key);
        gone?.ForEach(key => annotations.Remove(key));
        if (gone is not null && annotations.Count == 0)
            Metadata.Remove("annotations");
    }

    /// <summary>What mappings changed in it, each once.</summary>
    public ImmutableArray<MappingUse> Mapped => mapped is null ? [] : [.. mapped];

    /// <summary>What keeps it from acting in its source's place.</summary>
    public ImmutableArray<IsolatedPart> Isolated => isolated is null ? [] : [.. isolated];

    /// <summary>It comes back beside its source, which this is to be kept from.</summary>
    public bool IsIsolated(ClonePart part) =>
        Context.Isolation is { } isolation
        && NamespaceMap.Of(Request.NamespaceMapping, Namespace) is { } ns
        && ns != Namespace
        && isolation.Namespaces.Contains(ns)
        && !isolation.Kept.Contains(part);

    public void Use(MappingUse use)
    {
        if (mapped?.Contains(use) != true)
            (mapped ??= []).Add(use);
    }

    /// <param name="what">What was done, for the step's reason.</param>
    public void Isolate(ClonePart part, string what) => (isolated ??= []).Add(new(part, what));

    /// <summary>Something comes back otherwise than it was.</summary>
    public void Warn(FormattableString text) => (warnings ??= []).Add(ObjectWarning.Of(text));

    /// <summary>Something doesn't come back: the restore ends partial.</summary>
    public void WarnIncomplete(FormattableString text)
    {
        Warn(text);
        (shortfalls ??= []).Add(warnings![^1].ToString());
    }
}

/// <param name="What">What was done, for the step's reason.</param>
internal sealed record IsolatedPart(ClonePart Part, string What);
