using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.AzureCloud.Blobs;

/// <summary>
/// Keeps versions until a time, or under a legal hold, where the container has version-level immutability. Where it hasn't (or an emulator
/// can't), nothing is asked of it, and <see cref="Support"/> says so.
/// </summary>
/// <remarks>
/// https://learn.microsoft.com/azure/storage/blobs/immutable-version-level-worm-policies: a version's unlocked policy can be shortened and
/// removed, a locked one only extended, as often as one likes (the limit of five extensions is that of policies of containers).
/// https://learn.microsoft.com/rest/api/storageservices/set-blob-immutability-policy and set-blob-legal-hold take a version id. Who may:
/// https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory.
/// </remarks>
internal sealed class BlobImmutability(BlobContainerClient container)
{
    private const int NotImplemented = 501;

    private volatile int support = (int)ImmutabilitySupport.Unknown;

    public ImmutabilitySupport Support => (ImmutabilitySupport)support;

    /// <summary>The policy to upload with; null when none is wanted or the container has none to give.</summary>
    public async Task<BlobImmutabilityPolicy?> PolicyAsync(ImmutabilityTerm? term, CancellationToken cancellation) =>
        term is { } asked && await AskAsync(cancellation) == ImmutabilitySupport.Enforced ? PolicyOf(asked) : null;

    /// <summary>A version's policy as it was answered; null: it has none.</summary>
    public static ImmutabilityTerm? TermOf(BlobImmutabilityPolicy? policy) =>
        policy?.ExpiresOn is { } until
            ? new(until, policy.PolicyMode == BlobImmutabilityPolicyMode.Locked ? ImmutabilityMode.Locked : ImmutabilityMode.Unlocked)
            : null;

    /// <summary>False: there is no such blob or version.</summary>
    public Task<bool> ExtendAsync(BlobBaseClient blob, ImmutabilityTerm term, CancellationToken cancellation) =>
        TryAsync(
            blob.Name,
            async () =>
            {
                var properties = (await blob.GetPropertiesAsync(cancellationToken: cancellation)).Value;
                var present = TermOf(properties.ImmutabilityPolicy);
                if (await AskAsync(cancellation) == ImmutabilitySupport.Enforced && present?.Covers(term) != true)
                    await blob.SetImmutabilityPolicyAsync(PolicyOf(term.And(present)), cancellationToken: cancellation);
                return true;
            },
            whenMissing: false,
            whenUnsupported: true
        );

    public Task<LegalHoldOutcome> HoldAsync(BlobBaseClient blob, bool isHeld, CancellationToken cancellation) =>
        TryAsync(
            blob.Name,
            async () =>
            {
                if (await AskAsync(cancellation) != ImmutabilitySupport.Enforced)
                    return LegalHoldOutcome.NotSupported;
                await blob.SetLegalHoldAsync(isHeld, cancellation);
                return LegalHoldOutcome.Done;
            },
            LegalHoldOutcome.NotFound,
            LegalHoldOutcome.NotSupported
        );

    private async Task<T> TryAsync<T>(string name, Func<Task<T>> action, T whenMissing, T whenUnsupported)
    {
        try
        {
            return await action();
        }
        catch (RequestFailedException e) when (e.Status == 403)
        {
            throw new ArchiveException(
                ArchiveFailure.Forbidden,
                $"{container.Uri.GetLeftPart(UriPartial.Path)} refuses to keep {name} from deletion ({e.Status} {e.ErrorCode}): the "
                    + "identity needs the role 'Storage Blob Data Owner' on the container, or a custom one with "
                    + "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/immutableStorage/runAsSuperUser/action",
                e
            );
        }
        catch (RequestFailedException e) when (e.Status == 404 && e.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            return whenMissing;
        }
        catch (RequestFailedException e) when (e.Status == NotImplemented)
        {
            support = (int)ImmutabilitySupport.None;
            return whenUnsupported;
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

    /// <summary>Whole seconds, rounded up, as the header has them.</summary>
    private static BlobImmutabilityPolicy PolicyOf(ImmutabilityTerm term) =>
        new()
        {
            ExpiresOn = new DateTimeOffset(
                (term.Until.UtcTicks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond,
                TimeSpan.Zero
            ),
            PolicyMode = term.Mode == ImmutabilityMode.Locked ? BlobImmutabilityPolicyMode.Locked : BlobImmutabilityPolicyMode.Unlocked,
        };
}
