using Azure;
using Azure.Identity;
using Holdfast.Archive.Format;

namespace Holdfast.AzureCloud.Blobs;

/// <summary>
/// What the storage service's refusals mean. Messages are made from status and error code only: the service's own may quote a request.
/// </summary>
/// <param name="missing">What to do when there is no container.</param>
/// <param name="otherwise">What else than more room helps when there is none left.</param>
/// <param name="make">Makes the exception of a path, in the name of whoever keeps something there; null: the vault's.</param>
internal sealed class BlobFaults(
    string location,
    VaultUse use,
    string missing,
    string otherwise,
    Func<ArchiveFailure, string, string, Exception, Exception>? make = null
)
{
    public async Task<T> TranslateAsync<T>(string path, Func<Task<T>> action, CancellationToken cancellation)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && Translate(e, path) is not null)
        {
            throw Translate(e, path)!;
        }
    }

    /// <summary>Null: nothing of the service's.</summary>
    private Exception? Translate(Exception fault, string path) =>
        fault switch
        {
            AggregateException { InnerExceptions: [.., var last] } => Translate(last, path),
            AuthenticationFailedException => Failure(
                ArchiveFailure.Forbidden,
                path,
                $"No Entra ID sign-in works for {location}: sign in with 'az login', or set AZURE_CLIENT_ID, AZURE_TENANT_ID and a "
                    + "secret or federated token",
                fault
            ),
            RequestFailedException { Status: 0 } or TaskCanceledException or TimeoutException or HttpRequestException or IOException =>
                Failure(
                    ArchiveFailure.Unreachable,
                    path,
                    $"{location} can't be reached ({path}): check the URL, the network and the account's firewall, and try again",
                    fault
                ),
            RequestFailedException refused => Refused(refused, path),
            _ => null,
        };

    private Exception Refused(RequestFailedException e, string path)
    {
        var code = $"{e.Status} {e.ErrorCode}".TrimEnd();
        return e switch
        {
            { Status: 401 or 403 } => Failure(
                ArchiveFailure.Forbidden,
                path,
                $"{location} refuses access to {path} ({code}): the identity needs the role 'Storage Blob Data "
                    + $"{(use == VaultUse.Write ? "Contributor" : "Reader")}' on the container, and the account's firewall must let "
                    + "this machine in",
                e
            ),
            { Status: 404 } => Failure(ArchiveFailure.NotFound, path, $"There is no container at {location} ({code}): {missing}", e),
            { ErrorCode: "BlobImmutableDueToPolicy" or "BlobImmutableDueToLegalHold" } => Failure(
                ArchiveFailure.Immutable,
                path,
                $"{path} in {location} is immutable ({code}): it can't be changed or deleted before its time, or while it is under a "
                    + "legal hold",
                e
            ),
            { Status: 409 or 412 } => Failure(ArchiveFailure.Conflict, path, $"{location} refuses the change to {path} ({code})", e),
            { Status: 507 } or { ErrorCode: "AccountLimitExceeded" or "QuotaExceeded" } => Failure(
                ArchiveFailure.Full,
                path,
                $"No room left in {location} for {path} ({code}): raise the account's limit{otherwise}",
                e
            ),
            { Status: 408 or 429 or >= 500 } => Failure(
                ArchiveFailure.Unreachable,
                path,
                $"{location} doesn't answer as it should for {path} ({code}), after several tries: try again later",
                e
            ),
            _ => Failure(ArchiveFailure.Forbidden, path, $"{location} refuses {path} ({code})", e),
        };
    }

    private Exception Failure(ArchiveFailure failure, string path, string message, Exception inner) =>
        make?.Invoke(failure, path, message, inner) ?? new ArchiveException(failure, message, inner);
}
