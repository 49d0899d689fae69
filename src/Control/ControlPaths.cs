using System.Globalization;
using Holdfast.Archive.Format;

namespace Holdfast.Control;

/// <summary>Where documents lie in the control container. Nothing else makes such paths.</summary>
public static class ControlPaths
{
    public const string Clusters = "clusters/";
    public const string Policies = "policies/";

    /// <summary>Orders of runs that are still running.</summary>
    public const string Orders = "orders/";

    /// <summary>Reports; and a folder for each run that is still running, or is a plan or a restore.</summary>
    public const string Runs = "runs/";

    /// <summary>How far the schedule of each policy has come.</summary>
    public const string Schedules = "schedules/";

    /// <summary>Requests that came with an idempotency key.</summary>
    public const string Requests = "idempotency/";
    public const string Audit = "audit/";

    /// <summary>What the catalogue of points has read from the vault: a cache.</summary>
    public const string Catalogue = "catalogue/";

    /// <summary>Where the chain of each cluster's points ends, as far as captures of the service know.</summary>
    public const string Heads = "heads/";

    /// <summary>How the last verification ended.</summary>
    public const string Verification = "verification.json";

    private const string Extension = ".json";

    public static string Cluster(ClusterName name) => $"{Clusters}{name}{Extension}";

    public static string Policy(PolicyName name) => $"{Policies}{name}{Extension}";

    public static string HeadsOf(ClusterName cluster) => $"{Heads}{cluster}{Extension}";

    /// <summary>The records of one day, UTC.</summary>
    public static string AuditDay(DateOnly day) => Audit + day.ToString("yyyy'/'MM'/'dd'/'", CultureInfo.InvariantCulture);

    /// <summary>What to do about a document that can't be used.</summary>
    internal static string AdviceFor(string path) =>
        path switch
        {
            _ when path.StartsWith(Orders, StringComparison.Ordinal) =>
                "Put back a copy, or cancel the run, delete the document and start the run again",
            _ when path.StartsWith(Schedules, StringComparison.Ordinal) => "Put back a copy, or delete it: the schedule begins again",
            _ when path.StartsWith(Heads, StringComparison.Ordinal) =>
                "Put back a copy; without one, run 'holdfast verify', and delete it: the next capture writes it again",
            Verification => "Delete it, and verify again",
            _ when path.StartsWith(Requests, StringComparison.Ordinal) =>
                "See in the list of runs whether the request was done; send it again with a new key",
            _ when path.StartsWith(Audit, StringComparison.Ordinal) => "Keep it: the storage account's own logs may show who changed it",
            _ when path.StartsWith(Runs, StringComparison.Ordinal) && path.LastIndexOf('/') == Runs.Length - 1 =>
                "Put back a copy, or delete it: the points of the run stay as they are",
            _ when path.StartsWith(Runs, StringComparison.Ordinal) => "Put back a copy, or start a new run: what the vault holds is reused",
            _ => "Put back a copy, or replace it through the API",
        };

    /// <summary>The name of the document at that path of a folder; null: the path is deeper, or none of ours.</summary>
    internal static string? NameOf(string folder, string path)
    {
        if (!path.StartsWith(folder, StringComparison.Ordinal) || !path.EndsWith(Extension, StringComparison.Ordinal))
            return null;
        var name = path[folder.Length..^Extension.Length];
        return ClusterName.TryParse(name, out _) ? name : null;
    }
}
