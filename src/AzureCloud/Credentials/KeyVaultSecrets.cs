using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Keys;
using Holdfast.Clusters;
using Holdfast.Control.Connecting;
using Holdfast.Control.Registration;

namespace Holdfast.AzureCloud.Credentials;

/// <summary>Reads the secrets that registrations name; one client per vault.</summary>
internal sealed class KeyVaultSecrets(RegistrationAccess access, TimeProvider time, TokenCredential? identity, SecretClientOptions? options)
{
    private readonly Lazy<TokenCredential> identity = new(() => identity ?? BlobVaults.SignIn());
    private readonly ConcurrentDictionary<Uri, SecretClient> clients = [];

    /// <param name="place">What names the secret, for messages.</param>
    public KeptSecret Of(SecretReference secret, string place) =>
        new(
            clients.GetOrAdd(
                secret.Vault,
                url => new(url, identity.Value, options ?? KeyVaultRequests.To(url, access, new SecretClientOptions()))
            ),
            secret,
            place,
            time
        );
}

/// <summary>One secret's newest version, kept for five minutes; callers at once cause one request. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never taken holds nothing to dispose.")]
internal sealed class KeptSecret(SecretClient client, SecretReference named, string place, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    /// <summary>A cluster that refuses what was just read is not helped by reading it again.</summary>
    private static readonly TimeSpan JustRead = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim reading = new(1, 1);
    private volatile Reading? last;

    /// <summary>What it is, for messages: never its value.</summary>
    public string Description => $"the secret {named.Secret} of {named.Vault.GetLeftPart(UriPartial.Authority)} ({place})";

    /// <param name="renew">The cluster refused what came of it.</param>
    /// <returns>The value; the same object for as long as the secret has the same version.</returns>
    /// <exception cref="ClusterException">
    /// NotAuthenticated, Throttled or Unreachable: which vault and secret, which permission is missing.
    /// </exception>
    public async ValueTask<string> GetAsync(bool renew, CancellationToken cancellation)
    {
        if (Usable(renew) is { } kept)
            return kept;
        await reading.WaitAsync(cancellation);
        try
        {
            return Usable(renew) ?? (await ReadAsync(cancellation)).Value;
        }
        finally
        {
            reading.Release();
        }
    }

    private string? Usable(bool renew) => last is { } kept && time.GetUtcNow() - kept.At < (renew ? JustRead : Fresh) ? kept.Value : null;

    private async Task<Reading> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            var secret = (await client.GetSecretAsync(named.Secret, cancellationToken: cancellation)).Value;
            var version = secret.Properties.Version ?? "";
            var value = last is { } before && before.Version == version && version.Length > 0 ? before.Value : secret.Value ?? "";
            return last = new(value, version, time.GetUtcNow());
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && Translate(e) is not null)
        {
            throw Translate(e)!;
        }
    }

    /// <summary>Null: nothing of the service's. Messages are made from status and error code only.</summary>
    private ClusterException? Translate(Exception fault) =>
        fault switch
        {
            AggregateException { InnerExceptions: [.., var inner] } => Translate(inner),
            AuthenticationFailedException => Failure(
                ClusterFailure.NotAuthenticated,
                "no Entra ID sign-in works here. Give the app a managed identity, or sign in with 'az login'",
                fault
            ),
            RequestFailedException { Status: 401 or 403 } e => Failure(
                ClusterFailure.NotAuthenticated,
                $"the vault refuses ({Code(e)}). The identity needs the role 'Key Vault Secrets User' on it, its firewall must let "
                    + "this app in, and the secret must be enabled",
                fault
            ),
            RequestFailedException { Status: 404 } e => Failure(
                ClusterFailure.NotAuthenticated,
                $"there is no such secret ({Code(e)}). Create it, or correct the registration",
                fault
            ),
            RequestFailedException { Status: 429 } e => Failure(
                ClusterFailure.Throttled,
                $"the vault is asked too often ({Code(e)}). It will be tried again",
                fault
            ),
            _ when KeyVaultRequests.LocalAddressOf(fault) is { } local => new(
                ClusterFailure.Unreachable,
                Message($"{local.Message}. {RegistrationAccess.LocalAdvice}"),
                fault
            )
            {
                IsTransient = false,
            },
            RequestFailedException { Status: 0 } or TaskCanceledException or TimeoutException or HttpRequestException or IOException =>
                Failure(ClusterFailure.Unreachable, "the vault can't be reached. Check its URL, the network and its firewall", fault),
            RequestFailedException e => Failure(
                ClusterFailure.Unreachable,
                $"the vault doesn't answer as it should ({Code(e)}). Try again later",
                fault
            ),
            // Thrown by the client when the vault's challenge names another domain than its own.
            InvalidOperationException => Failure(
                ClusterFailure.NotAuthenticated,
                "its URL is not that of a Key Vault. Correct the registration",
                fault
            ),
            _ => null,
        };

    private ClusterException Failure(ClusterFailure failure, string what, Exception inner) => new(failure, Message(what), inner);

    private string Message(string what) => $"What {Description} holds can't be had: {what}";

    private static string Code(RequestFailedException e) => $"{e.Status} {e.ErrorCode}".TrimEnd();

    private sealed record Reading(string Value, string Version, DateTimeOffset At);
}
