using System.Globalization;
using Holdfast.Manifests;

namespace Holdfast.Restore.External;

/// <summary>Databases whose cloud can make another one with the data of an earlier time, and the command that does. Pure.</summary>
/// <remarks>
/// Sources: https://learn.microsoft.com/cli/azure/postgres/flexible-server, .../cli/azure/mysql/flexible-server, .../cli/azure/sql/db and
/// .../cli/azure/sql/midb (each <c>restore</c>).
/// </remarks>
internal static class PointInTime
{
    private static readonly Dictionary<string, string> Commands = new(StringComparer.Ordinal)
    {
        [KnownTypes.AzurePostgresServers] =
            "az postgres flexible-server restore --source-server {0} --restore-time {1} --resource-group GROUP --name NEW",
        [KnownTypes.AzureMySqlServers] =
            "az mysql flexible-server restore --source-server {0} --restore-time {1} --resource-group GROUP --name NEW",
        [KnownTypes.AzureSqlDatabases] = "az sql db restore --ids {0} --time {1} --dest-name NEW",
    };

    /// <param name="id">The resource's; null or not ARM's: no command can be given.</param>
    public static string? Command(string groupResource, string id, DateTimeOffset to) =>
        Commands.TryGetValue(groupResource, out var command) && id.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase)
            ? string.Format(CultureInfo.InvariantCulture, command, id, Text(to))
            : null;

    /// <summary>It is known to be a database that can be taken back in time.</summary>
    public static bool IsKnown(string groupResource) => Commands.ContainsKey(groupResource);

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
