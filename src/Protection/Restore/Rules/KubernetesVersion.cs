using System.Globalization;

namespace Holdfast.Protection.Restore.Rules;

/// <summary>The minor version of an API server, as far as rules depend on it.</summary>
public readonly record struct KubernetesVersion(int Major, int Minor)
{
    /// <summary>From here on no token Secret is made for an account that doesn't ask for one.</summary>
    public static readonly KubernetesVersion WithoutGeneratedTokens = new(1, 24);

    /// <param name="gitVersion"><c>v1.36.2</c>, <c>v1.27.3+k3s1</c>, <c>v1.24.0-eks-1</c>.</param>
    /// <returns>Null: it is no version of Kubernetes.</returns>
    public static KubernetesVersion? Parse(string? gitVersion)
    {
        var parts = (gitVersion ?? "").TrimStart('v').Split('.');
        return parts.Length >= 2 && Number(parts[0]) is { } major && Number(parts[1]) is { } minor ? new(major, minor) : null;
    }

    public bool IsBefore(KubernetesVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor)) < 0;

    private static int? Number(string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
