using System.Globalization;

namespace Holdfast.Clusters.Discovering;

/// <summary>The Kubernetes release that an API server reports, for behaviour that depends on it.</summary>
public readonly record struct ServerRelease(int Major, int Minor)
{
    /// <param name="gitVersion">As <c>/version</c> has it: <c>v1.36.2</c>, <c>v1.27.3+k3s1</c>, <c>v1.24.0-eks-1</c>.</param>
    /// <returns>Null: it isn't a Kubernetes version.</returns>
    public static ServerRelease? Parse(string? gitVersion)
    {
        var parts = (gitVersion ?? "").TrimStart('v').Split('.', '+', '-');
        return parts.Length >= 2 && Number(parts[0]) is { } major && Number(parts[1]) is { } minor ? new(major, minor) : null;
    }

    /// <returns>Also false if the version can't be read.</returns>
    public static bool IsAtLeast(string? gitVersion, int minor) => Parse(gitVersion) is { } release && !release.IsBefore(new(1, minor));

    public bool IsBefore(ServerRelease other) => (Major, Minor).CompareTo((other.Major, other.Minor)) < 0;

    private static int? Number(string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
