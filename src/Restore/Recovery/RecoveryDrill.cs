using System.Collections.Immutable;
using System.Text.Json;

namespace Holdfast.Restore.Recovery;

/// <summary>
/// How a recovery is rehearsed with real restores, beside what it is for: into namespaces of other names, into another cluster, or both.
/// </summary>
public sealed record RecoveryDrill
{
    /// <summary>
    /// Appended to the name of each namespace. In the cluster that was captured such namespaces are isolated clones. Null: they keep their
    /// names.
    /// </summary>
    public string? NamespaceSuffix { get; init; }

    /// <summary>Where every restore goes. Null: each where the document says.</summary>
    public RecoveryTarget? Target { get; init; }

    /// <summary>
    /// The document as the drill does it: restores go where the drill says, checks look there, no one is asked to do anything between
    /// groups, and nothing of the source is taken over or deleted.
    /// </summary>
    /// <exception cref="RestoreException">BadRequest: the document has no drill.</exception>
    public static RecoveryDocument Of(RecoveryDocument document) =>
        document.Drill is { } drill
            ? document with
            {
                Drill = null,
                Groups = [.. document.Groups.Select(drill.Of)],
            }
            : throw new RestoreException(
                RestoreRefusal.BadRequest,
                "the recovery has no drill: add one with namespaceSuffix, target or both (docs/restore.md, \"A drill\")"
            );

    /// <summary>What prevents the drill of a restore whose own members are right.</summary>
    internal IEnumerable<string> ProblemsOf(RestoreRequest request)
    {
        if (NamespaceSuffix is null)
            yield break;
        if (request.Selection.Namespaces.IsEmpty || request.Selection.Namespaces.Any(IsPattern))
            yield return "drill.namespaceSuffix: name the namespaces that it selects, without patterns";
        foreach (var ns in request.Selection.Namespaces.Where(ns => !IsPattern(ns)))
            if (!RecoveryProblems.IsName(NameOf(request, ns)))
                yield return $"drill.namespaceSuffix: '{NameOf(request, ns)}' can't be the name of a namespace";
    }

    private static bool IsPattern(string ns) => ns.AsSpan().ContainsAny('*', '?');

    private RecoveryGroup Of(RecoveryGroup group) =>
        group with
        {
            Pause = null,
            Restores = [.. group.Restores.Select(Of)],
            Checks = group.Checks is { } checks ? [.. checks.Select(Of)] : null,
        };

    private RecoveryRestore Of(RecoveryRestore restore)
    {
        var request = RecoveryRequests.Of(restore, RecoveryRequests.AnyPoint);
        var drilled = request with
        {
            IntoOtherCluster = request.IntoOtherCluster || Target is not null,
            NamespaceMapping = NamespaceSuffix is null
                ? request.NamespaceMapping
                : request.Selection.Namespaces.Distinct().ToImmutableSortedDictionary(ns => ns, ns => NameOf(request, ns)),
            Existing = NamespaceSuffix is not null || request.Deletes ? ExistingPolicy.Skip : request.Existing,
            Delete = null,
            AdoptVolumes = false,
            AdoptExternal = null,
        };
        var members = JsonSerializer.SerializeToNode(drilled, RecoveryJson.Default.RestoreRequest)!.AsObject();
        members.Remove("point");
        return restore with { Request = members, Target = Target ?? restore.Target };
    }

    private RecoveryCheck Of(RecoveryCheck check) => check with { Namespace = check.Namespace is { } ns ? $"{ns}{NamespaceSuffix}" : null };

    private string NameOf(RestoreRequest request, string ns) => $"{request.NamespaceMapping?.GetValueOrDefault(ns) ?? ns}{NamespaceSuffix}";
}
