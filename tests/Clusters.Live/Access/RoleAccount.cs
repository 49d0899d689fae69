using System.Collections.Immutable;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>A role as it is bound.</summary>
/// <param name="Namespace">Null: in the whole cluster.</param>
internal sealed record BoundRole(GrantedRole Role, string? Namespace)
{
    public bool Allows(AskedRequest request, GrantedRule rule) =>
        (Namespace is null || Namespace == request.Namespace) && rule.Allows(request);
}

/// <summary>A service account that has roles of <c>infra/kubernetes</c>, and nothing else.</summary>
internal sealed record RoleAccount(string Name, ImmutableArray<BoundRole> Roles)
{
    public const string Namespace = "holdfast";

    /// <summary>Where the role for single namespaces is bound.</summary>
    public const string Narrow = "narrow";

    public static readonly RoleAccount Capture = Of("capturing", "holdfast-capture");
    public static readonly RoleAccount Snapshots = Of("snapshotting", "holdfast-capture", "holdfast-snapshots");
    public static readonly RoleAccount Hooks = Of("hooking", "holdfast-capture", "holdfast-snapshots", "holdfast-hooks");
    public static readonly RoleAccount Files = Of("exporting", "holdfast-capture", "holdfast-snapshots", "holdfast-files");
    public static readonly RoleAccount Restore = Of("restoring", "holdfast-restore");

    public static readonly RoleAccount Narrowed = new(
        "restoring-one",
        [
            .. Of("", "holdfast-capture").Roles,
            .. Of("", "holdfast-restore-namespaced").Roles.Select(bound => bound with { Namespace = Narrow }),
        ]
    );

    public static readonly ImmutableArray<RoleAccount> All = [Capture, Snapshots, Hooks, Files, Restore, Narrowed];

    public string User => $"system:serviceaccount:{Namespace}:{Name}";

    /// <summary>What of these the account's roles don't allow.</summary>
    /// <param name="without">A rule that is replaced by what is left of it; null: by nothing.</param>
    public IEnumerable<AskedRequest> NotAllowed(
        IEnumerable<AskedRequest> requests,
        (GrantedRule Rule, GrantedRule? Left)? without = null
    ) =>
        requests.Where(request =>
            !Roles.Any(bound =>
                bound.Role.Rules.Any(rule =>
                    (without is { } cut && ReferenceEquals(cut.Rule, rule) ? cut.Left : rule) is { } left && bound.Allows(request, left)
                )
            )
        );

    /// <summary>Another account that has these roles but for some rules.</summary>
    public RoleAccount Without(string name, Func<GrantedRule, bool> cut) =>
        new(
            name,
            [
                .. Roles.Select(bound =>
                    bound with
                    {
                        Role = bound.Role with { Name = $"{bound.Role.Name}-{name}", Rules = bound.Role.Rules.RemoveAll(r => cut(r)) },
                    }
                ),
            ]
        );

    private static RoleAccount Of(string name, params string[] roles) =>
        new(name, [.. RoleFiles.Roles.Where(role => roles.Contains(role.Name)).Select(role => new BoundRole(role, role.Namespace))]);
}
