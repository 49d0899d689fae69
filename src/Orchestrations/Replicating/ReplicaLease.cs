using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Control;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Replicating;

/// <summary>Which run copies into a replica, and until when at the latest.</summary>
internal sealed record LeaseDocument(RunId Run, DateTimeOffset Until)
{
    public int Version => 1;
}

/// <summary>
/// Lets one run at a time copy into a replica: two would read and send the same packs. What keeps the replica whole doesn't depend on it.
/// </summary>
internal sealed class ReplicaLease(IDocumentStore control, string replica, TimeProvider time)
{
    private string Path => ControlPaths.ReplicaLease(replica);

    /// <returns>False: another run has it.</returns>
    public async Task<bool> TryTakeAsync(RunId run, TimeSpan length, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var content = JsonSerializer.SerializeToUtf8Bytes(new(run, now + length), LeaseJson.Default.LeaseDocument);
        if (await control.CreateAsync(Path, content, cancellation) is not null)
            return true;
        if (await control.ReadAsync(Path, cancellation) is not { } stored)
            return false;
        var lease = await control.TryReadAsync(Path, LeaseJson.Default.LeaseDocument, cancellation);
        if (lease?.Document is { } other && other.Run != run && other.Until > now)
            return false;
        return await control.ReplaceAsync(Path, content, stored.ETag, cancellation) is not null;
    }

    public async Task ReturnAsync(RunId run, CancellationToken cancellation)
    {
        var lease = await control.TryReadAsync(Path, LeaseJson.Default.LeaseDocument, cancellation);
        if (lease?.Document?.Run == run)
            await control.DeleteAsync(Path, lease.ETag, cancellation);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.General, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LeaseDocument))]
internal sealed partial class LeaseJson : JsonSerializerContext;
