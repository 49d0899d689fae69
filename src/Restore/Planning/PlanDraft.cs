using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.PlanDocuments;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Planning;

/// <summary>Names an object as owner references do: by kind. The group <c>extensions</c> is an old name of several.</summary>
internal readonly record struct OwnerId(string Group, string Kind, string? Namespace, string Name)
{
    public static OwnerId Of(string apiVersion, string kind, string? ns, string name) =>
        new(Present(ManifestJson.GroupOf(apiVersion), kind), kind, ns, name);

    public static ImmutableArray<OwnerId> Owners(JsonArray references, string? ns) =>
        references.Count == 0
            ? []
            :
            [
                .. references
                    .OfType<JsonObject>()
                    .Select(o => Of(o.Text("apiVersion") ?? "", o.Text("kind") ?? "", ns, o.Text("name") ?? "")),
            ];

    public static string Present(string group, string kind) =>
        (group, kind) switch
        {
            ("extensions", "Ingress" or "NetworkPolicy") => "networking.k8s.io",
            ("extensions", "PodSecurityPolicy") => "policy",
            ("extensions", _) => "apps",
            _ => group,
        };
}

/// <summary>A step before it has its number.</summary>
internal sealed class DraftStep(RestoreStep step)
{
    public RestoreStep Step { get; set; } = step;
    public ImmutableArray<OwnerId> Owners { get; init; } = [];

    /// <summary>A built-in controller creates the object again.</summary>
    public bool IsCreatedAgain { get; init; }

    /// <summary>
    /// The target has the object, and not because the server or its namespace made it: <see cref="ExistingPolicy.Fail"/> counts it.
    /// </summary>
    public bool Exists { get; init; }

    public OwnerId Id { get; } = OwnerId.Of(step.ApiVersion, step.Kind, step.Namespace, step.Name);

    /// <summary>Once the plan is applied, the target has the object.</summary>
    public bool ComesBack =>
        Step.Action != StepAction.Delete && (Step.Action != StepAction.Skip || Step.LiveUid is not null || IsCreatedAgain);

    public bool Writes => PlanIndex.Writes(Step);
}

/// <summary>The steps of a plan as they are found, and the order in which they will be applied.</summary>
internal sealed class PlanDraft
{
    private const int DeepestOwner = 512;
    private readonly Dictionary<OwnerId, DraftStep> byId = [];
    private readonly List<DraftStep> steps = [];

    public IReadOnlyList<DraftStep> Steps => steps;

    public void Add(DraftStep step)
    {
        steps.Add(step);
        byId.TryAdd(step.Id, step);
    }

    /// <summary>An owner in the object's own namespace or in cluster scope.</summary>
    public DraftStep? Find(OwnerId id) =>
        byId.GetValueOrDefault(id) ?? (id.Namespace is null ? null : byId.GetValueOrDefault(id with { Namespace = null }));

    /// <summary>By stage; in it owners before owned; then by type, namespace and name. The same objects give the same order.</summary>
    public ImmutableArray<RestoreStep> Order()
    {
        var depths = new Dictionary<DraftStep, int>();
        var ordered = steps
            .Select(s => (s.Step, Depth: Depth(s, depths, 0), Rank: RestoreStages.Rank(s.Step.Resource)))
            .OrderBy(s => s.Step.Stage)
            .ThenBy(s => s.Step.Action == StepAction.Delete ? -(int)RestoreStages.Of(s.Step.Resource) : 0)
            .ThenBy(s => s.Depth)
            .ThenBy(s => s.Step.Action == StepAction.Delete ? -s.Rank : s.Rank)
            .ThenBy(s => s.Step.Resource, StringComparer.Ordinal)
            .ThenBy(s => s.Step.Namespace, StringComparer.Ordinal)
            .ThenBy(s => s.Step.Name, StringComparer.Ordinal);
        return [.. ordered.Select((s, i) => s.Step with { Number = i })];
    }

    private int Depth(DraftStep step, Dictionary<DraftStep, int> known, int above)
    {
        // Nothing real is this deep.
        if (step.Owners.IsEmpty || above == DeepestOwner)
            return 0;
        if (known.TryGetValue(step, out var depth))
            return depth;
        // References may form a circle: whoever comes back here, ends here.
        known[step] = 0;
        var deepest = 0;
        foreach (var owner in step.Owners)
            if (Find(owner) is { } found && found.Step.Stage == step.Step.Stage)
                deepest = Math.Max(deepest, 1 + Depth(found, known, above + 1));
        return known[step] = deepest;
    }
}
