using Azure.Core;
using Azure.Core.Pipeline;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Connecting;

namespace Holdfast.AzureCloud.Keys;

/// <summary>How Key Vaults are asked: the same for secrets and keys.</summary>
internal static class KeyVaultRequests
{
    /// <summary>
    /// About ten seconds of patience: an activity that waits for its credentials can be tried again later. Sockets are opened to addresses
    /// of this machine only where that is allowed.
    /// </summary>
    public static T To<T>(Uri vault, RegistrationAccess access, T options)
        where T : ClientOptions
    {
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

    public static LocalAddressException? LocalAddressOf(Exception? fault)
    {
        while (fault is not null and not LocalAddressException)
            fault = fault.InnerException;
        return fault as LocalAddressException;
    }
}
