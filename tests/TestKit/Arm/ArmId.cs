namespace Holdfast.TestKit.Arm;

/// <summary>
/// The path of a request: a resource's id, a collection of resources, or an action on a resource. Names and types compare without regard
/// to case, as Resource Manager does.
/// </summary>
/// <remarks>https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules</remarks>
public sealed record ArmId
{
    private const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;

    /// <summary>Without a slash at the end.</summary>
    public required string Path { get; init; }
    public string? Subscription { get; init; }
    public string? ResourceGroup { get; init; }

    /// <summary><c>Microsoft.Compute/disks</c>, <c>Microsoft.ContainerService/managedClusters/agentPools</c>; null: not under a
    /// provider.</summary>
    public string? Type { get; init; }

    /// <summary>The last segment, where the path is a resource's.</summary>
    public string? Name { get; init; }

    /// <summary>Of a POST: <c>beginGetAccess</c>.</summary>
    public string? Action { get; init; }

    /// <summary>Whether the path is that of one resource, or of an action on it.</summary>
    public bool IsResource => Name is not null;

    /// <summary>The resource that an action is asked of, or that a nested resource is part of.</summary>
    public ArmId Parent => Parse(Path[..Path.LastIndexOf('/')]);

    /// <param name="isAction">The last segment is an action's when the others are a resource's: for POST.</param>
    public static ArmId Parse(string path, bool isAction = false)
    {
        var trimmed = path.TrimEnd('/');
        var segments = trimmed.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var provider = Array.FindLastIndex(segments, s => s.Equals("providers", AnyCase));
        var id = new ArmId
        {
            Path = trimmed,
            Subscription = After(segments, "subscriptions", 0),
            ResourceGroup = After(segments, "resourceGroups", 2),
        };
        if (provider < 0)
            return segments.Length == 4 ? id with { Type = GroupType, Name = segments[3] } : id;
        var pairs = segments[(provider + 2)..];
        var named = pairs.Length % 2 == 0;
        if (isAction && !named && pairs.Length > 2)
            return Parse(trimmed[..trimmed.LastIndexOf('/')]) with { Path = trimmed, Action = pairs[^1] };
        return id with
        {
            Type = string.Join('/', [segments[provider + 1], .. pairs.Where((_, i) => i % 2 == 0)]),
            Name = named ? pairs[^1] : null,
        };
    }

    /// <summary>What resource groups are by type.</summary>
    public const string GroupType = "Microsoft.Resources/resourceGroups";

    private static string? After(string[] segments, string word, int at) =>
        segments.Length > at + 1 && segments[at].Equals(word, AnyCase) ? segments[at + 1] : null;
}
