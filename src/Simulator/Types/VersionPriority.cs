namespace Holdfast.Simulator.Types;

/// <summary>
/// Which version of a group is preferred: stable before beta before alpha, then the higher number. Source:
/// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority
/// </summary>
internal static class VersionPriority
{
    /// <summary>The preferred version first.</summary>
    public static IComparer<string> Comparer { get; } =
        Comparer<string>.Create(
            (a, b) =>
            {
                var order = Rank(b).CompareTo(Rank(a));
                return order != 0 ? order : string.CompareOrdinal(a, b);
            }
        );

    private static (int Stability, int Major, int Minor) Rank(string version)
    {
        if (!version.StartsWith('v'))
            return (0, 0, 0);
        foreach (var (word, stability) in (ReadOnlySpan<(string, int)>)[("alpha", 1), ("beta", 2)])
        {
            if (version.IndexOf(word, StringComparison.Ordinal) is var at and > 0)
                return int.TryParse(version[1..at], out var major) && int.TryParse(version[(at + word.Length)..], out var minor)
                    ? (stability, major, minor)
                    : (0, 0, 0);
        }
        return int.TryParse(version[1..], out var number) ? (3, number, 0) : (0, 0, 0);
    }
}
