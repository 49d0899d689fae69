using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Planning;

/// <summary>Finds who else manages the restored objects: what a restore writes, they may overwrite within minutes.</summary>
internal sealed class ManagedBy
{
    private const int NamesTold = 3;
    private readonly SortedDictionary<string, Owner> found = new(StringComparer.Ordinal);

    public void Look(JsonObject? metadata)
    {
        var labels = metadata.Object("labels");
        var annotations = metadata.Object("annotations");
        if (annotations.Text("argocd.argoproj.io/tracking-id") is { } tracking)
            Count("Argo CD", tracking[..Math.Max(0, tracking.IndexOf(':'))]);
        if (labels.Text("kustomize.toolkit.fluxcd.io/name") is { } kustomization)
            Count("Flux", kustomization);
        if (labels.Text("helm.toolkit.fluxcd.io/name") is { } helmRelease)
            Count("Flux", helmRelease);
        else if (labels.Text("app.kubernetes.io/managed-by") == "Helm")
            Count("Helm", annotations.Text("meta.helm.sh/release-name") ?? labels.Text("app.kubernetes.io/instance") ?? "");
    }

    public IEnumerable<string> Warnings() => found.Select(f => Warning(f.Key, f.Value));

    private void Count(string tool, string name)
    {
        if (!found.TryGetValue(tool, out var owner))
            found[tool] = owner = new();
        owner.Objects++;
        if (name.Length > 0)
            owner.Names.Add(name);
    }

    private static string Warning(string tool, Owner owner)
    {
        var names = string.Join(", ", owner.Names.Take(NamesTold)) + (owner.Names.Count > NamesTold ? ", ..." : "");
        var objects = owner.Objects == 1 ? "1 object is" : owner.Objects.ToString(CultureInfo.InvariantCulture) + " objects are";
        var advice = tool switch
        {
            "Argo CD" => "turn automated sync off while you restore, or it may undo the restore",
            "Flux" => "suspend its reconciliation (spec.suspend) while you restore, or it may undo the restore",
            _ => "the next upgrade compares with the release's own record: restore its release Secrets too",
        };
        return $"{objects} managed by {tool}{(names.Length > 0 ? $" ({names})" : "")}: {advice}";
    }

    private sealed class Owner
    {
        public int Objects { get; set; }
        public SortedSet<string> Names { get; } = new(StringComparer.Ordinal);
    }
}
