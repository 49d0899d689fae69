using System.Globalization;
using System.Net;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Machine.Faults;

namespace Holdfast.Volumes.Files;

/// <summary>
/// How restic is called in a mover's container. The commands are fixed texts: what differs comes as environment variables. They work with
/// any shell of POSIX, grep and sed, and with restic from 0.14 on; in Azure from 0.18 on, the first that takes credentials for one
/// container (https://github.com/restic/restic/pull/5093). Pure.
/// </summary>
/// <remarks>
/// Source of the variables and of the JSON: https://restic.readthedocs.io/en/stable/040_backup.html#environment-variables and
/// https://restic.readthedocs.io/en/stable/075_scripting.html.
/// </remarks>
public static class Restic
{
    public const string Name = "restic";

    /// <summary>The folder that commands start in.</summary>
    public const string Folder = "/holdfast";

    /// <summary>The folder's member that the volume is mounted at: it is restored with its owner and mode.</summary>
    public const string Volume = "volume";

    /// <summary>
    /// What a command has to say goes where Kubernetes reads a container's termination message: restic's summary, or the end of its errors.
    /// Its errors may quote URLs, whose queries are credentials.
    /// </summary>
    private const string Report = """
        code=$?
        sed 's/[?][^" ]*/?/g' "$TMPDIR/err" >"$TMPDIR/said"
        cat "$TMPDIR/said" >&2
        if [ "$code" -eq 0 ]; then tail -n 1 "$TMPDIR/out"; else tail -c 2000 "$TMPDIR/said"; fi >"$MOVER_RESULT"
        exit "$code"
        """;

    /// <summary>Begins the repository, unless it is there and the password opens it.</summary>
    public const string Begin =
        """
            { restic cat config >/dev/null || restic init; } >"$TMPDIR/out" 2>"$TMPDIR/err"

            """ + Report;

    /// <summary>
    /// Copies the volume's files; ends with restic's summary. Locks that are older than restic refreshes them are of movers that died.
    /// </summary>
    public const string Backup =
        """
            { restic unlock --quiet && restic backup --json --host "$MOVER_HOST" --tag "$MOVER_TAG" --tag holdfast --time "$MOVER_TIME" \
              volume; } >"$TMPDIR/out" 2>"$TMPDIR/err"

            """ + Report;

    /// <summary>Writes a snapshot's files to the volume. Locks nothing, so that it needs to read only.</summary>
    public const string Restore =
        """
            restic restore --no-lock "$MOVER_SNAPSHOT" --target . >"$TMPDIR/out" 2>"$TMPDIR/err"

            """ + Report;

    /// <summary>
    /// Forgets snapshots that are still there, and removes what only they need. Of those that no point names, only what
    /// <see cref="Backup"/> has made: others may keep something here, too.
    /// </summary>
    public const string Forget =
        """
            forget() {
              restic unlock --quiet || return
              restic snapshots --json >"$TMPDIR/all" || return
              restic snapshots --json --tag holdfast >"$TMPDIR/own" || return
              ids=$(
                for id in $MOVER_NAMED; do if grep -q "\"id\":\"$id" "$TMPDIR/all"; then echo "$id"; fi; done
                for id in $MOVER_UNNAMED; do if grep -q "\"id\":\"$id" "$TMPDIR/own"; then echo "$id"; fi; done
              )
              if [ -n "$ids" ]; then restic forget --quiet $ids || return; fi
              if [ -n "$ids$MOVER_NAMED" ]; then restic prune --quiet; fi
            }
            forget >"$TMPDIR/out" 2>"$TMPDIR/err"

            """ + Report;

    /// <summary>What <see cref="Forget"/> reads.</summary>
    /// <param name="named">Snapshots of points that are purged.</param>
    /// <param name="unnamed">Those that no point names.</param>
    public static Dictionary<string, string> ForgetVariables(IEnumerable<string> named, IEnumerable<string> unnamed) =>
        new(StringComparer.Ordinal) { ["MOVER_NAMED"] = string.Join(' ', named), ["MOVER_UNNAMED"] = string.Join(' ', unnamed) };

    /// <summary>What <see cref="Backup"/> reads.</summary>
    /// <param name="host">What the files are of: restic takes those of an earlier snapshot of the same host as unchanged.</param>
    public static Dictionary<string, string> BackupVariables(string host, string run, DateTimeOffset cutAt) =>
        new(StringComparer.Ordinal)
        {
            ["MOVER_HOST"] = host,
            ["MOVER_TAG"] = run,
            ["MOVER_TIME"] = cutAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        };

    /// <summary>What <see cref="Restore"/> reads.</summary>
    public static Dictionary<string, string> RestoreVariables(string snapshot) =>
        new(StringComparer.Ordinal) { ["MOVER_SNAPSHOT"] = snapshot };

    /// <summary>What of it is secret: where the repository is, and what opens it.</summary>
    /// <param name="repository">A folder, or a container of blobs.</param>
    /// <param name="signature">As <see cref="IFileRepositories.GrantAsync"/>.</param>
    /// <exception cref="FileExportException">restic can't reach a container of that URL.</exception>
    public static Dictionary<string, string> SecretVariables(Uri repository, string? signature, string password)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["RESTIC_PASSWORD"] = password };
        if (repository.IsFile)
        {
            variables["RESTIC_REPOSITORY"] = repository.LocalPath;
            return variables;
        }
        var (account, suffix, container) = Parts(repository);
        variables["RESTIC_REPOSITORY"] = $"azure:{container}:/";
        variables["AZURE_ACCOUNT_NAME"] = account;
        variables["AZURE_ACCOUNT_SAS"] = signature ?? "";
        if (suffix is not null)
            variables["AZURE_ENDPOINT_SUFFIX"] = suffix;
        return variables;
    }

    /// <summary>What a backup has made.</summary>
    /// <param name="message">The container's termination message.</param>
    /// <returns>Null: it is no summary of a snapshot.</returns>
    public static VolumeExport? Summary(string? message, Uri repository)
    {
        try
        {
            using var summary = JsonDocument.Parse(message ?? "");
            var root = summary.RootElement;
            return
                root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("message_type", out var type)
                && type.ValueEquals("summary")
                && root.TryGetProperty("snapshot_id", out var id)
                && id.GetString() is { Length: > 0 } snapshot
                ? new()
                {
                    Kind = VolumeExportKind.Files,
                    Tool = Name,
                    Location = repository.GetLeftPart(UriPartial.Path),
                    Snapshot = snapshot,
                    Bytes = root.GetProperty("total_bytes_processed").GetInt64(),
                    Files = root.GetProperty("total_files_processed").GetInt64(),
                }
                : null;
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return null;
        }
    }

    /// <summary>restic makes the URL itself: https://ACCOUNT.blob.SUFFIX/CONTAINER.</summary>
    private static (string Account, string? Suffix, string Container) Parts(Uri repository)
    {
        var path = repository.AbsolutePath.Trim('/').Split('/');
        var host = repository.IdnHost.Split('.', 3);
        // an emulator is asked under Azure's names by whoever sends them to it
        if (IPAddress.TryParse(repository.IdnHost, out _) && path.Length == 2)
            return (path[0], null, path[1]);
        if (host.Length == 3 && host[1] == "blob" && path.Length == 1)
            return (host[0], host[2] == "core.windows.net" ? null : host[2], path[0]);
        throw new FileExportException(
            $"restic can't reach {repository.GetLeftPart(UriPartial.Path)}: it knows https://ACCOUNT.blob.SUFFIX/CONTAINER only. Name the "
                + "vault by such a URL"
        );
    }
}
