using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.AzureCloud.Resources;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.Disks;

/// <summary>
/// Managed disks and their snapshots over Resource Manager: Microsoft.Compute, api-version 2023-10-02. What is made has a name that is
/// given: a request that is repeated makes nothing twice. Thread-safe.
/// </summary>
internal sealed class DiskResources(ResourceClient client)
{
    public const string DiskType = "Microsoft.Compute/disks";
    public const string SnapshotType = "Microsoft.Compute/snapshots";
    private const string Version = "2023-10-02";

    /// <summary>How long one call waits for what it has begun.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>Of a signature: longer than a look takes, in which it is used and given back.</summary>
    private const int SignatureSeconds = 3600;

    /// <returns>Null: there is none.</returns>
    public async Task<SnapshotState?> FindAsync(string id, CancellationToken cancellation) =>
        await client.FindAsync(id, Version, cancellation) is { } found ? new(found) : null;

    public async Task<List<SnapshotState>> SnapshotsAsync(AzureGroupId group, CancellationToken cancellation) =>
        [.. (await client.ListAsync($"{group}/providers/{SnapshotType}", Version, cancellation)).Select(s => new SnapshotState(s))];

    /// <summary>Begins an incremental snapshot, of a disk or in another region of a snapshot.</summary>
    /// <param name="option"><c>Copy</c>; or <c>CopyStart</c>, in the background, across regions.</param>
    public Task MakeSnapshotAsync(
        AzureResourceId id,
        string region,
        string option,
        string source,
        ImmutableSortedDictionary<string, string> tags,
        CancellationToken cancellation
    ) =>
        client.PutAsync(
            id.ToString(),
            Version,
            new()
            {
                ["location"] = region,
                ["tags"] = TagsOf(tags),
                ["properties"] = new JsonObject
                {
                    ["incremental"] = true,
                    ["creationData"] = new JsonObject { ["createOption"] = option, ["sourceResourceId"] = source },
                },
            },
            cancellation
        );

    /// <summary>Begins a disk.</summary>
    /// <param name="creation">What it is made from.</param>
    /// <param name="sku">Null: the cloud's default.</param>
    /// <param name="zone">Null: none.</param>
    /// <param name="gigabytes">Null: the size of what it is made from.</param>
    public Task<ResourceAnswer> MakeDiskAsync(
        AzureResourceId id,
        string region,
        JsonObject creation,
        string? sku,
        string? zone,
        long? gigabytes,
        ImmutableSortedDictionary<string, string> tags,
        CancellationToken cancellation
    )
    {
        var properties = new JsonObject { ["creationData"] = creation };
        if (gigabytes is { } size)
            properties["diskSizeGB"] = size;
        var body = new JsonObject
        {
            ["location"] = region,
            ["tags"] = TagsOf(tags),
            ["properties"] = properties,
        };
        if (sku is not null)
            body["sku"] = new JsonObject { ["name"] = sku };
        if (zone is not null)
            body["zones"] = new JsonArray(zone);
        return client.PutAsync(id.ToString(), Version, body, cancellation);
    }

    /// <summary>Deletes a snapshot or disk, a signature of it first. What is gone counts as deleted.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancellation)
    {
        try
        {
            await client.DeleteAsync(id, Version, cancellation);
        }
        catch (CloudException e) when (e.Failure == CloudFailure.Conflict)
        {
            // one with a signature isn't deleted
            await CloseAsync(id, cancellation);
            await client.DeleteAsync(id, Version, cancellation);
        }
    }

    /// <summary>Has a signature issued with which the content is read or written. To be given back with <see cref="CloseAsync"/>.</summary>
    public async Task<Uri> OpenAsync(string id, bool canWrite, CancellationToken cancellation)
    {
        var body = new JsonObject { ["access"] = canWrite ? "Write" : "Read", ["durationInSeconds"] = SignatureSeconds };
        var begun = await client.PostAsync(id, "beginGetAccess", Version, body, cancellation);
        var (hasEnded, result) = await client.FollowAsync(begun, Patience, cancellation);
        if (hasEnded && Uri.TryCreate(result.Text("accessSAS"), UriKind.Absolute, out var url))
            return url;
        throw new CloudException(CloudFailure.Unreachable, $"Azure hasn't given access to the content of {id} yet: it will be asked again");
    }

    /// <summary>Takes back every signature. One that is gone counts as taken back.</summary>
    public async Task CloseAsync(string id, CancellationToken cancellation)
    {
        try
        {
            var begun = await client.PostAsync(id, "endGetAccess", Version, null, cancellation);
            await client.FollowAsync(begun, Patience, cancellation);
        }
        catch (CloudException e) when (e.Failure == CloudFailure.NotFound) { }
    }

    private static JsonObject TagsOf(ImmutableSortedDictionary<string, string> tags) =>
        new(tags.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value)));
}
