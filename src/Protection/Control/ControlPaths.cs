using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Protection.Policies;

namespace Holdfast.Protection.Control;

/// <summary>Where documents lie in the control container. Nothing else makes such paths.</summary>
public static class ControlPaths
{
    public const string Clusters = "clusters/";
    public const string Policies = "policies/";
    public const string Runs = "runs/";
    public const string Audit = "audit/";

    private const string Extension = ".json";

    public static string Cluster(ClusterName name) => $"{Clusters}{name}{Extension}";

    public static string Policy(PolicyName name) => $"{Policies}{name}{Extension}";

    /// <summary>The records of one day, UTC.</summary>
    public static string AuditDay(DateOnly day) => Audit + day.ToString("yyyy'/'MM'/'dd'/'", CultureInfo.InvariantCulture);

    /// <summary>The name of the document at that path of a folder; null: the path is deeper, or none of ours.</summary>
    internal static string? NameOf(string folder, string path)
    {
        if (!path.StartsWith(folder, StringComparison.Ordinal) || !path.EndsWith(Extension, StringComparison.Ordinal))
            return null;
        var name = path[folder.Length..^Extension.Length];
        return ClusterName.TryParse(name, out _) ? name : null;
    }
}
