using System.Collections.Immutable;
using Holdfast.Cli.Errors;

namespace Holdfast.Cli.Adopting;

/// <summary>What a cluster is registered for; each has roles of its own.</summary>
internal enum RolePurpose
{
    Capture,
    Volumes,
    Hooks,
    Files,
    Restore,
}

internal static class RolePurposes
{
    public const string Names = "capture, volumes, hooks, files, restore";

    /// <summary>What a policy asks for that says nothing of it.</summary>
    public static readonly ImmutableArray<RolePurpose> Default = [RolePurpose.Capture, RolePurpose.Volumes];

    /// <summary>In the order in which they are applied; a capture's are always among them, since every other builds on it.</summary>
    /// <exception cref="UsageException">One is unknown.</exception>
    public static ImmutableArray<RolePurpose> Parse(IReadOnlyCollection<string> texts)
    {
        if (texts.Count == 0)
            return Default;
        var unknown = texts.Where(text => Find(text) is null).ToList();
        if (unknown.Count > 0)
            throw new UsageException($"--for '{string.Join(", ", unknown)}' is not known: use {Names}");
        var wanted = texts.Select(text => Find(text)!.Value).ToList();
        // hooks run around snapshots, and files are read from them
        if (wanted.Contains(RolePurpose.Hooks) || wanted.Contains(RolePurpose.Files))
            wanted.Add(RolePurpose.Volumes);
        return [.. wanted.Append(RolePurpose.Capture).Distinct().Order()];
    }

    /// <summary>In <c>infra/kubernetes</c>.</summary>
    public static string FileOf(RolePurpose purpose) => purpose == RolePurpose.Volumes ? "snapshots.yaml" : $"{NameOf(purpose)}.yaml";

    public static string NameOf(RolePurpose purpose) => purpose.ToString().ToLowerInvariant();

    private static RolePurpose? Find(string text)
    {
        foreach (var purpose in Enum.GetValues<RolePurpose>())
        {
            if (NameOf(purpose) == text)
                return purpose;
        }
        return null;
    }
}
