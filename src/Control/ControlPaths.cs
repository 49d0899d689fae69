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

    /// <summary>How far each replica of the vault is, in a folder for each.</summary>
    public const string Replicas = "replicas/";

    /// <summary>Which run copies into a replica now.</summary>
    public const string ReplicaLeases = "replica-leases/";

    /// <summary>Clusters that were captured since they were last replicated.</summary>
    public const string Unreplicated = "unreplicated/";

    /// <summary>Clusters that another service has taken over.</summary>
    public const string Fences = "takeovers/";

    /// <summary>Of a standby: what it has taken over itself.</summary>
    public const string Standby = "standby.json";

    /// <summary>Who is notified, of what, and how.</summary>
    public const string Notifications = "notifications/";

    /// <summary>What people may have to be notified of, and was not yet looked at.</summary>
    public const string Notices = "notices/";

    /// <summary>Messages that were not delivered yet, in a folder for each target.</summary>
    public const string Outbox = "outbox/";

    /// <summary>What each target was last notified of.</summary>
    public const string Notified = "notified/";

    /// <summary>How delivery to each target is doing.</summary>
    public const string Deliveries = "deliveries/";

    private const string Extension = ".json";

    public static string Cluster(ClusterName name) => $"{Clusters}{name}{Extension}";

    public static string Policy(PolicyName name) => $"{Policies}{name}{Extension}";

    /// <param name="name">A DNS label.</param>
    public static string Notification(string name) => $"{Notifications}{name}{Extension}";

    /// <param name="id">Letters, digits and '-'.</param>
    public static string Notice(string id) => $"{Notices}{id}{Extension}";

    public static string OutboxOf(string target) => $"{Outbox}{target}/";

    /// <param name="id">Of the notice.</param>
    public static string Message(string target, string id) => $"{Outbox}{target}/{id}{Extension}";

    public static string NotifiedOf(string target) => $"{Notified}{target}{Extension}";

    public static string DeliveryOf(string target) => $"{Deliveries}{target}{Extension}";

    public static string HeadsOf(ClusterName cluster) => $"{Heads}{cluster}{Extension}";

    /// <param name="replica">A DNS label.</param>
    public static string Replica(string replica, ClusterName cluster) => $"{Replicas}{replica}/{cluster}{Extension}";

    public static string ReplicaLease(string replica) => $"{ReplicaLeases}{replica}{Extension}";

    public static string UnreplicatedOf(ClusterName cluster) => $"{Unreplicated}{cluster}{Extension}";

    public static string FenceOf(ClusterName cluster) => $"{Fences}{cluster}{Extension}";

    /// <summary>Null: the path is none of <see cref="UnreplicatedOf"/>.</summary>
    public static ClusterName? UnreplicatedIn(string path) => ClusterIn(Unreplicated, path);

    /// <summary>Null: the path is none of <see cref="FenceOf"/>.</summary>
    public static ClusterName? FencedIn(string path) => ClusterIn(Fences, path);

    private static ClusterName? ClusterIn(string folder, string path) => NameOf(folder, path) is { } name ? ClusterName.Parse(name) : null;

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
            _ when path.StartsWith(Fences, StringComparison.Ordinal) =>
                "Delete it once no replica's takeovers/ names the cluster, or replicate: it is written again",
            Standby => "Put back a copy; what was taken over is in takeovers/ of the vault",
            _ when path.StartsWith(Replicas, StringComparison.Ordinal)
                    || path.StartsWith(ReplicaLeases, StringComparison.Ordinal)
                    || path.StartsWith(Unreplicated, StringComparison.Ordinal) => "Delete it: the next replication writes it again",
            _ when path.StartsWith(Notices, StringComparison.Ordinal) || path.StartsWith(Outbox, StringComparison.Ordinal) =>
                "Delete it: what it was about is in the run's report",
            _ when path.StartsWith(Notified, StringComparison.Ordinal) || path.StartsWith(Deliveries, StringComparison.Ordinal) =>
                "Delete it: the next delivery writes it again",
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
