using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.Restore.Mapping;
using Holdfast.Restore.Transforms;

namespace Holdfast.Restore.Recovery;

/// <summary>What is wrong with a document of a recovery beyond its form. Pure.</summary>
internal static partial class RecoveryProblems
{
    private const int Most = 100;

    /// <summary>In all groups: an orchestration remembers each of its restores.</summary>
    private const int MostRestores = 500;

    public static ImmutableArray<string> Of(RecoveryDocument document)
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        if (document.Groups.IsDefaultOrEmpty || document.Groups.Length > Most)
            return [$"groups: give 1 to {Most}"];
        if (document.Drill is { NamespaceSuffix: null, Target: null })
            problems.Add("drill: give namespaceSuffix, target or both, so that it writes beside what the recovery is for");
        var (groups, restores) = (new HashSet<string>(), new HashSet<string>());
        foreach (var group in document.Groups)
        {
            problems.AddRange(NameProblems("group", group.Name, groups));
            if (group.Restores.IsDefaultOrEmpty || group.Restores.Length > Most)
            {
                problems.Add($"group {group.Name}: give 1 to {Most} restores");
                continue;
            }
            if (group.WaitSeconds is < 0 or > RestoreRequest.LongestWaitSeconds)
                problems.Add($"group {group.Name}: waitSeconds isn't between 0 (no waiting) and {RestoreRequest.LongestWaitSeconds}");
            if (group.Pause is { } pause && string.IsNullOrWhiteSpace(pause))
                problems.Add($"group {group.Name}: pause says what a person has to do; leave it out for no pause");
            foreach (var restore in group.Restores)
            {
                problems.AddRange(NameProblems("restore", restore.Name, restores));
                problems.AddRange(ProblemsOf(restore, document.Drill).Select(p => $"restore {restore.Name}: {p}"));
            }
            foreach (var check in group.Checks ?? [])
                problems.AddRange(ProblemsOf(check, restores).Select(p => $"group {group.Name}, check of {check}: {p}"));
        }
        if (restores.Count > MostRestores)
            problems.Add($"groups: they have {restores.Count} restores; a recovery has at most {MostRestores}");
        return problems.ToImmutable();
    }

    /// <summary>A DNS label, as the names of namespaces are.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    private static IEnumerable<string> NameProblems(string what, string name, HashSet<string> taken)
    {
        if (!IsName(name))
            yield return $"{what} '{name}': a name is 1 to 63 of a-z, 0-9 and '-', and begins and ends with a letter or digit";
        if (!taken.Add(name))
            yield return $"{what} '{name}': the name is used twice";
    }

    private static IEnumerable<string> ProblemsOf(RecoveryRestore restore, RecoveryDrill? drill)
    {
        if (restore is { Point: not null, Before: not null })
            yield return "give point or before, not both";
        if (restore.Request.ContainsKey("point"))
            yield return "the point stands beside the request, not in it";
        else
            foreach (var problem in RequestProblems(restore, drill))
                yield return problem;
    }

    private static IEnumerable<string> RequestProblems(RecoveryRestore restore, RecoveryDrill? drill)
    {
        try
        {
            return ProblemsOf(RecoveryRequests.Of(restore, RecoveryRequests.AnyPoint), drill);
        }
        catch (JsonException e)
        {
            return
            [
                e.Path is { Length: > 1 } path
                    ? $"request: {path[2..]} isn't what is expected there, or isn't known"
                    : "request: cluster, the one that the point is of, is missing",
            ];
        }
    }

    private static IEnumerable<string> ProblemsOf(RestoreRequest request, RecoveryDrill? drill)
    {
        if (request.WaitSeconds is < 1 or > RestoreRequest.LongestWaitSeconds)
            yield return $"waitSeconds isn't between 1 and {RestoreRequest.LongestWaitSeconds}; for no waiting, set 0 at the group";
        foreach (var problem in MappingProblems.Of(request.Mappings))
            yield return $"request.mappings: {problem}";
        foreach (var problem in TransformDocument.Problems(request.Transforms ?? []))
            yield return $"request.transforms: {problem}";
        foreach (var problem in drill?.ProblemsOf(request) ?? [])
            yield return problem;
    }

    private static IEnumerable<string> ProblemsOf(RecoveryCheck check, HashSet<string> restores)
    {
        if (!restores.Contains(check.Restore))
            yield return $"'{check.Restore}' isn't a restore of this group or of an earlier one";
        if (check.WithinSeconds is < 0 or > RestoreRequest.LongestWaitSeconds)
            yield return $"withinSeconds isn't between 0 and {RestoreRequest.LongestWaitSeconds}";
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
