using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Manifests.Converting;

namespace Holdfast.Restore.Targets;

/// <summary>Where a captured type goes in the target.</summary>
/// <param name="Live">As the target serves it now; null when a CRD of the plan brings it, or nothing does.</param>
/// <param name="HasStatus">It will have a <c>/status</c> subresource.</param>
/// <param name="Problem">Why nothing of it can be restored, and what to do.</param>
internal sealed record TargetType(ApiResource? Live, bool HasStatus, string? Problem = null)
{
    /// <summary>How objects become those of a version that the target serves; null: they are in one already.</summary>
    public ConversionPath? Conversion { get; init; }

    /// <summary>The captured type as it is written.</summary>
    public ResourceType Written(ResourceType captured) => Conversion?.Of(captured) ?? captured;
}

/// <summary>What the target serves, together with what the plan's CRDs bring before anything of their types is written.</summary>
internal sealed class TargetTypes
{
    private readonly ApiSurface surface;
    private readonly ILookup<(string Group, string Resource), ApiResource> served;
    private readonly Dictionary<(string Group, string Version, string Resource), bool> brought = [];
    private readonly HashSet<(string Group, string Resource)> created = [];
    private readonly Dictionary<string, OtherVersions> others = new(StringComparer.Ordinal);

    public TargetTypes(ApiSurface surface)
    {
        this.surface = surface;
        served = surface.Resources.ToLookup(r => (r.Group, r.Resource));
    }

    /// <summary>Counts in a CRD that the plan creates or changes.</summary>
    /// <param name="isNew">
    /// The target has no such CRD, or one that is being deleted: what discovery still lists of it is out of date, and no object of it
    /// stays.
    /// </param>
    public void Bring(JsonObject crd, bool isNew)
    {
        var spec = crd.Object("spec");
        if (spec.Text("group") is not { } group || spec.Object("names").Text("plural") is not { } plural)
            return;
        if (isNew)
            created.Add((group, plural));
        foreach (var version in spec.Objects("versions"))
            if (version.Flag("served") && version.Text("name") is { } name)
                brought[(group, name, plural)] = version.Object("subresources")?.ContainsKey("status") == true;
    }

    public TargetType Find(ResourceType captured)
    {
        var versions = created.Contains((captured.Group, captured.Resource)) ? [] : served[(captured.Group, captured.Resource)];
        var same = versions.FirstOrDefault(r => r.Version == captured.Version);
        if (same is not null && !IsOther(captured, same))
            return new(same, same.HasStatus);
        if (brought.TryGetValue((captured.Group, captured.Version, captured.Resource), out var hasStatus))
            return new(null, hasStatus);
        if (same is not null)
            return new(null, false, Otherwise(captured, same));
        return Converted(captured) ?? new(null, false, Problem(captured, versions));
    }

    /// <summary>A custom type that the target serves, and not in the captured version.</summary>
    public bool IsServedOtherwise(ResourceType captured) =>
        !BuiltInGroups.Have(captured.Group) && Find(captured).Problem is not null && served[(captured.Group, captured.Resource)].Any();

    /// <summary>Counts in what definitions say about a type that is served otherwise.</summary>
    public void Learn(ResourceType captured, OtherVersions versions) => others[captured.GroupResource] = versions;

    /// <summary>In a version that the table of conversions leads to, or that a definition says is equal in shape; null: in none.</summary>
    private TargetType? Converted(ResourceType captured)
    {
        foreach (var path in ConversionTable.From(captured.ApiVersion, captured.Kind))
            if (At(captured, path) is { } place)
                return place;
        if (!others.TryGetValue(captured.GroupResource, out var known))
            return null;
        return known
            .Equal.Select(v => At(captured, ConversionPath.Renamed(captured.ApiVersion, $"{captured.Group}/{v}", captured.Kind)))
            .FirstOrDefault(p => p is not null);
    }

    private TargetType? At(ResourceType captured, ConversionPath path)
    {
        var written = path.Of(captured);
        var isCreated = created.Contains((written.Group, written.Resource));
        var live = isCreated ? null : served[(written.Group, written.Resource)].FirstOrDefault(v => v.Version == written.Version);
        if (live is not null)
            return IsOther(written, live) ? null : new(live, live.HasStatus) { Conversion = path };
        return brought.TryGetValue((written.Group, written.Version, written.Resource), out var hasStatus)
            ? new(null, hasStatus) { Conversion = path }
            : null;
    }

    /// <summary>In which version the type will be served once the plan's CRDs are in; null: in none.</summary>
    public string? VersionOf(string group, string groupResource)
    {
        var resource = groupResource[..^(group.Length + 1)];
        if (!created.Contains((group, resource)) && surface.Find(group, resource) is { } live)
            return live.ApiVersion;
        var versions = brought.Keys.Where(b => b.Group == group && b.Resource == resource).Select(b => b.Version).ToList();
        var version = versions.Contains("v1") ? "v1" : versions.Order(StringComparer.Ordinal).LastOrDefault();
        return version is null ? null : $"{group}/{version}";
    }

    /// <summary>Of the same name, but objects of the one can't be written as the other.</summary>
    private static bool IsOther(ResourceType captured, ApiResource live) =>
        live.Namespaced != captured.Namespaced || live.Kind != captured.Kind || !live.Can("create");

    private static string Otherwise(ResourceType captured, ApiResource live)
    {
        var name = $"{captured.GroupResource} ({captured.ApiVersion})";
        if (live.Namespaced != captured.Namespaced)
        {
            return $"{name} is {Scope(captured.Namespaced)} in the point and {Scope(live.Namespaced)} in the target: "
                + "write it out with `holdfast cat`, adapt it, and create it by hand";
        }
        return live.Kind != captured.Kind
            ? $"{name} is of kind {captured.Kind} in the point and of kind {live.Kind} in the target: another definition has the name there"
            : $"the target serves {name} without letting objects be created";
    }

    private static string Scope(bool namespaced) => namespaced ? "namespaced" : "cluster-scoped";

    /// <summary>The served type of an owner's or a reference's kind.</summary>
    public ApiResource? OfKind(string group, string kind) => surface.FindKind(group, kind);

    /// <summary>A served type by its group-resource, in some version.</summary>
    public ApiResource? OfResource(string groupResource) => surface.Resources.FirstOrDefault(r => r.GroupResource == groupResource);

    public ApiResource? OfType(ResourceType captured) => Find(captured).Live;

    private string Problem(ResourceType captured, IEnumerable<ApiResource> versions)
    {
        var present = string.Join(", ", versions.Select(v => v.ApiVersion));
        if (present.Length > 0)
        {
            return $"the target serves {captured.GroupResource} as {present} only, and the point holds it as {captured.ApiVersion}: "
                + (
                    others.TryGetValue(captured.GroupResource, out var known)
                        ? known.Advice
                        : "write it out with `holdfast cat`, convert it, and create it by hand"
                );
        }
        if (surface.Failures.FirstOrDefault(f => f.GroupVersion == captured.ApiVersion) is { } failure)
            return $"the target could not list {captured.ApiVersion} ({failure.Message}): plan again once its backend answers";
        if (ConversionTable.ReplacementOf(captured.ApiVersion, captured.Kind) is { } replacement)
        {
            return $"the target doesn't serve {captured.GroupResource} in {captured.ApiVersion}, which Kubernetes has removed: "
                + replacement;
        }
        if (BuiltInGroups.Have(captured.Group))
        {
            return $"the target's version of Kubernetes doesn't serve {captured.GroupResource} in {captured.ApiVersion}: "
                + "write it out with `holdfast cat`, and replace it by what that version has instead";
        }
        return $"the target doesn't serve {captured.GroupResource} in {captured.ApiVersion}, and no CRD of this restore brings it: "
            + "install what does, or restore its CRD too";
    }
}

/// <summary>What definitions say about a custom type that the target serves in other versions than the captured one.</summary>
/// <param name="Equal">Versions of the same shape as the captured one, the best first.</param>
/// <param name="Advice">What to do where none of them is served.</param>
internal sealed record OtherVersions(ImmutableArray<string> Equal, string Advice);
