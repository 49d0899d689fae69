using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Holdfast.Restore.Recovery;

/// <summary>What is wrong with a document of a recovery beyond its form. Pure.</summary>
internal static partial class RecoveryProblems
{
    private const int Most = 100;

    public static ImmutableArray<string> Of(RecoveryDocument document)
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        if (document.Groups.IsDefaultOrEmpty || document.Groups.Length > Most)
            problems.Add($"groups: give 1 to {Most}");
        var (groups, restores) = (new HashSet<string>(), new HashSet<string>());
        foreach (var group in document.Groups)
        {
            problems.AddRange(NameProblems("group", group.Name, groups));
            if (group.Restores.IsDefaultOrEmpty || group.Restores.Length > Most)
                problems.Add($"group {group.Name}: give 1 to {Most} restores");
            if (group.WaitSeconds is < 0 or > RestoreRequest.LongestWaitSeconds)
                problems.Add($"group {group.Name}: waitSeconds isn't between 0 (no waiting) and {RestoreRequest.LongestWaitSeconds}");
            if (group.Pause is { } pause && string.IsNullOrWhiteSpace(pause))
                problems.Add($"group {group.Name}: pause says what a person has to do; leave it out for no pause");
            foreach (var restore in group.Restores)
            {
                problems.AddRange(NameProblems("restore", restore.Name, restores));
                problems.AddRange(ProblemsOf(restore).Select(p => $"restore {restore.Name}: {p}"));
            }
            foreach (var check in group.Checks ?? [])
                problems.AddRange(ProblemsOf(check, restores).Select(p => $"group {group.Name}, check of {check}: {p}"));
        }
        return problems.ToImmutable();
    }

    private static IEnumerable<string> NameProblems(string what, string name, HashSet<string> taken)
    {
        if (!Name().IsMatch(name))
            yield return $"{what} '{name}': a name is 1 to 63 of a-z, 0-9 and '-', and begins and ends with a letter or digit";
        if (!taken.Add(name))
            yield return $"{what} '{name}': the name is used twice";
    }

    private static IEnumerable<string> ProblemsOf(RecoveryRestore restore)
    {
        if (restore is { Point: not null, Before: not null })
            yield return "give point or before, not both";
        if (restore.Request.ContainsKey("point"))
            yield return "the point stands beside the request, not in it";
        else if (RequestProblem(restore) is { } problem)
            yield return problem;
    }

    private static string? RequestProblem(RecoveryRestore restore)
    {
        try
        {
            return RecoveryRequests.Of(restore, RecoveryRequests.AnyPoint).WaitSeconds is < 1 or > RestoreRequest.LongestWaitSeconds
                ? $"waitSeconds isn't between 1 and {RestoreRequest.LongestWaitSeconds}; for no waiting, set 0 at the group"
                : null;
        }
        catch (JsonException e)
        {
            return e.Path is { Length: > 1 } path
                ? $"request: {path[2..]} isn't what is expected there, or isn't known"
                : "request: cluster, the one that the point is of, is missing";
        }
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
