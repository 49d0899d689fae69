namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>A token that something else keeps fresh in a file: read again every minute, and at once when the server refuses it. Thread-safe.</summary>
/// <param name="fallback">For as long as the file was never read.</param>
internal sealed class TokenFile(string path, string? fallback, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private volatile Reading? last;

    public ValueTask<string?> GetAsync(bool renew, CancellationToken cancellation)
    {
        var reading = last;
        if (reading is null || renew || time.GetElapsedTime(reading.At) >= Fresh)
            last = reading = new(Read() ?? reading?.Token ?? fallback, time.GetTimestamp());
        return reading.Token is { } token
            ? new(token)
            : throw new ClusterException(
                ClusterFailure.NotAuthenticated,
                $"The token file {path} can't be read or is empty. Check the kubeconfig's tokenFile, and whether this process may read it");
    }

    private string? Read()
    {
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Reading(string? Token, long At);
}
