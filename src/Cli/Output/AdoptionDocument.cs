namespace Holdfast.Cli.Output;

/// <summary>What <c>clusters add</c> did.</summary>
internal sealed record AdoptionDocument
{
    public required string Cluster { get; init; }

    /// <summary>Null where a kubeconfig says it.</summary>
    public required string? Server { get; init; }

    /// <summary>Null: the cluster wasn't asked, or doesn't say.</summary>
    public required string? ClusterUid { get; init; }

    /// <summary><c>created</c>, <c>replaced</c> or <c>unchanged</c>.</summary>
    public required string Registration { get; init; }
    public required string Control { get; init; }

    /// <summary>Null: none were applied.</summary>
    public required IEnumerable<AppliedRoleDocument>? Roles { get; init; }

    /// <summary>Whose permissions were checked; null: the context's own user's, or none.</summary>
    public required string? Subject { get; init; }

    /// <summary>Null: they weren't checked.</summary>
    public required IEnumerable<PermissionDocument>? Missing { get; init; }

    /// <summary>Null: no point was made.</summary>
    public required string? Point { get; init; }

    /// <summary><c>Succeeded</c> or <c>Partial</c>; null: no point was made.</summary>
    public required string? PointState { get; init; }
    public required IEnumerable<Archive.Format.Gap> Gaps { get; init; }

    /// <summary>What to do now.</summary>
    public required IEnumerable<string> Next { get; init; }
}

/// <param name="Object"><c>clusterroles.rbac.authorization.k8s.io/holdfast-capture</c>.</param>
/// <param name="Action"><c>create</c>, <c>update</c> or <c>unchanged</c>.</param>
internal sealed record AppliedRoleDocument(string Object, string Action);
