using System.Text.Json.Nodes;

namespace Holdfast.Protection.Restore.Rules;

/// <summary>One manifest while the rules work on it, and what they found.</summary>
internal sealed class RuleSubject
{
    private List<string>? warnings;

    public RuleSubject(JsonObject manifest, RuleContext context)
    {
        Manifest = manifest;
        Context = context;
        Type = context.Type.GroupResource;
        Metadata = manifest.Ensure("metadata");
        Name = Metadata.Text("name") ?? "";
        Namespace = Metadata.Text("namespace");
    }

    public JsonObject Manifest { get; }
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
    public bool Incomplete { get; private set; }
    public IReadOnlyList<string> Warnings => warnings ?? [];

    public string? Label(string key) => Metadata.Object("labels").Text(key);

    public string? Annotation(string key) => Metadata.Object("annotations").Text(key);

    /// <summary>Removes annotations, and the map once it is empty.</summary>
    public void RemoveAnnotations(Predicate<string> match)
    {
        if (Metadata.Object("annotations") is not { } annotations)
            return;
        List<string>? gone = null;
        foreach (var (key, _) in annotations)
            if (match(key))
                (gone ??= []).Add(key);
        gone?.ForEach(key => annotations.Remove(key));
        if (annotations.Count == 0)
            Metadata.Remove("annotations");
    }

    /// <summary>Something comes back otherwise than it was.</summary>
    public void Warn(string text) => (warnings ??= []).Add(text);

    /// <summary>Something doesn't come back: the restore ends partial.</summary>
    public void WarnIncomplete(string text)
    {
        Warn(text);
        Incomplete = true;
    }
}
