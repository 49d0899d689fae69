using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Registration;

namespace Holdfast.AzureCloud.Opening;

/// <summary>Reads the secrets that registrations name; one client a vault.</summary>
internal sealed class KeyVaultSecrets(RegistrationAccess access, TimeProvider time)
{
    private readonly Lazy<TokenCredential> identity = new(() => access.Identity ?? BlobVaults.SignIn());
    private readonly ConcurrentDictionary<Uri, SecretClient> clients = [];

    /// <param name="path">Of the registration, for messages.</param>
    public KeptSecret Of(KeyVaultCredential secret, string path) =>
        new(clients.GetOrAdd(secret.Vault, url => new(url, identity.Value, access.SecretOptions ?? OptionsFor(url))), secret, path, time);

    /// <summary>About ten seconds of patience: an activity that waits for its credentials can be tried again later.</summary>
    private SecretClientOptions OptionsFor(Uri vault)
    {
        var options = new SecretClientOptions();
        options.Retry.MaxRetries = 3;
        options.Retry.Delay = TimeSpan.FromMilliseconds(500);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(5);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
        options.Diagnostics.IsLoggingContentEnabled = false;
        // The client is kept for the life of the service, and the handler with it.
        if (!access.LocalEndpoints)
            options.Transport = new HttpClientTransport(new HttpClient(GuardedSockets.HandlerFor(vault)));
        return options;
    }
}

/// <summary>One secret's newest version, kept for five minutes; callers at once cause one request. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore nobody takes the wait handle of holds nothing to dispose.")]
internal sealed class KeptSecret(SecretClient client, KeyVaultCredential named, string path, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    /// <summary>A cluster that refuses what was just read is not helped by reading it again.</summary>
    private static readonly TimeSpan JustRead = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim reading = new(1, 1);
    private volatile Reading? last;

    /// <summary>What it is, for messages: never its value.</summary>
    public string Description =>
        $"the secret {named.Secret} of {named.Vault.GetLeftPart(UriPartial.Authority)} (authentication.keyVault of {path})";

    /// <param name="renew">The cluster refused what came of it.</param>
    /// <returns>The value; the same object for as long as the secret has the same version.</returns>
    /// <exception cref="ClusterException">
    /// NotAuthenticated, Throttled or Unreachable: which vault and secret, what permission lacks.
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
            _ when LocalAddressOf(fault) is { } local => new(
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

    private static LocalAddressException? LocalAddressOf(Exception? fault)
    {
        while (fault is not null and not LocalAddressException)
            fault = fault.InnerException;
        return fault as LocalAddressException;
    }

    private ClusterException Failure(ClusterFailure failure, string what, Exception inner) => new(failure, Message(what), inner);

    private string Message(string what) => $"The cluster's credentials can't be had from {Description}: {what}";

    private static string Code(RequestFailedException e) => $"{e.Status} {e.ErrorCode}".TrimEnd();

    private sealed record Reading(string Value, string Version, DateTimeOffset At);
}
