using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Holdfast.Archive.Stores;

namespace Holdfast.AzureCloud.Blobs;

/// <summary>
/// Locks versions until a time, where the container has version-level immutability. Where it hasn't (or an emulator can't), nothing is
/// asked of it, and <see cref="Support"/> says so.
/// </summary>
internal sealed class BlobImmutability(BlobContainerClient container)
{
    private const int NotImplemented = 501;

    private volatile int support = (int)ImmutabilitySupport.Unknown;

    public ImmutabilitySupport Support => (ImmutabilitySupport)support;

    /// <summary>The policy to upload with; null when none is wanted or the container has none to give.</summary>
    public async Task<BlobImmutabilityPolicy?> PolicyAsync(DateTimeOffset? until, CancellationToken cancellation) =>
        until is { } time && await AskAsync(cancellation) == ImmutabilitySupport.Enforced ? PolicyOf(time) : null;

    /// <summary>False: there is no such blob or version.</summary>
    public async Task<bool> ExtendAsync(BlobBaseClient blob, DateTimeOffset until, CancellationToken cancellation)
    {
        try
        {
            var properties = (await blob.GetPropertiesAsync(cancellationToken: cancellation)).Value;
            if (await AskAsync(cancellation) == ImmutabilitySupport.Enforced && !(properties.ImmutabilityPolicy?.ExpiresOn >= until))
                await blob.SetImmutabilityPolicyAsync(PolicyOf(until), cancellationToken: cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 404 && e.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            return false;
        }
        catch (RequestFailedException e) when (e.Status == NotImplemented)
        {
            support = (int)ImmutabilitySupport.None;
            return true;
        }
    }

    /// <summary>
    /// Asks the container once. One that doesn't exist yet is made without immutability, which only its owner can give it.
    /// </summary>
    private async Task<ImmutabilitySupport> AskAsync(CancellationToken cancellation)
    {
        if (Support == ImmutabilitySupport.Unknown)
        {
            var properties = await container.GetPropertiesAsync(cancellationToken: cancellation);
            support = (int)(properties.Value.HasImmutableStorageWithVersioning ? ImmutabilitySupport.Enforced : ImmutabilitySupport.None);
        }
        return Support;
    }

    /// <summary>
    /// Locked: an unlocked one can be taken off again by whoever stole the right credentials. Whole seconds, rounded up, as the header has
    /// them.
    /// </summary>
    private static BlobImmutabilityPolicy PolicyOf(DateTimeOffset until) =>
        new()
        {
            ExpiresOn = new DateTimeOffset(
                (until.UtcTicks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond,
                TimeSpan.Zero
            ),
            PolicyMode = BlobImmutabilityPolicyMode.Locked,
        };
}
