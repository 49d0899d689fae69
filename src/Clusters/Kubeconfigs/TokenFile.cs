using Holdfast.Clusters.Connections;
using Holdfast.Machine.Files;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>
/// A token in a file that another process keeps current: read again every minute, and immediately when the server refuses it. Thread-safe.
/// </summary>
/// <param name="fallback">Used until the file has been read.</param>
/// <param name="namedBy">The setting that names the file, for messages.</param>
public sealed class TokenFile(string path, string? fallback, TimeProvider time, string namedBy = "the kubeconfig's tokenFile")
{
    /// <summary>In bytes: no server accepts a longer header.</summary>
    private const int Largest = 1 << 20;

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private volatile Reading? last;

    /// <summary>Gives the token of the next request: a <see cref="TokenSource"/>.</summary>
    /// <exception cref="ClusterException">NotAuthenticated: the file was never readable, or held no token.</exception>
    public ValueTask<string?> GetAsync(bool renew, CancellationToken cancellation)
    {
        var reading = last;
        if (reading is null || renew || time.GetElapsedTime(reading.At) >= Fresh)
            last = reading = new(Read() ?? reading?.Token ?? fallback, time.GetTimestamp());
        return reading.Token is { } token
            ? new(token)
            : throw new ClusterException(
                ClusterFailure.NotAuthenticated,
                $"The token file {path} can't be read or is empty. Check {namedBy}, and whether this process may read it"
            );
    }

    private string? Read()
    {
        try
        {
            return RegularFile.ReadText(path, Largest).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Reading(string? Token, long At);
}
