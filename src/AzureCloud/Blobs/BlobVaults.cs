using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace Holdfast.AzureCloud.Blobs;

/// <summary>What a vault is opened for.</summary>
public enum VaultUse
{
    /// <summary>A container that doesn't exist is an error.</summary>
    Read,

    /// <summary>A container that doesn't exist is empty, and made on the first write.</summary>
    Write,
}

/// <summary>
/// Opens vaults by URL: <c>https://ACCOUNT.blob.core.windows.net/CONTAINER</c>, or an emulator's
/// <c>http://127.0.0.1:10000/devstoreaccount1/CONTAINER</c>.
/// </summary>
public static class BlobVaults
{
    /// <summary>
    /// The service's version that everything here was written for, whatever the package's default is: Azurite refuses versions newer than
    /// itself (3.35 knows this one, 3.37 not yet that of package 12.30.1), and a package's update is to change no request.
    /// </summary>
    private const BlobClientOptions.ServiceVersion Version = BlobClientOptions.ServiceVersion.V2025_11_05;

    /// <summary>The environment variable whose connection string is used for the URLs under its blob endpoint.</summary>
    public const string ConnectionStringVariable = "AZURE_STORAGE_CONNECTION_STRING";

    /// <summary>Whether the text is a URL and so a container, not a folder.</summary>
    public static bool IsContainer(string vault) =>
        vault.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || vault.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Opens without a request. In this order: a SAS token in the URL; <paramref name="connectionString"/> when its blob endpoint begins
    /// the URL; Entra ID as this machine is signed in (environment, workload and managed identity, Azure CLI; never interactive).
    /// </summary>
    /// <param name="connectionString">As in <see cref="ConnectionStringVariable"/>; null for none.</param>
    /// <exception cref="FormatException">
    /// The URL names no container, or can't be used safely; the message holds nothing of a token.
    /// </exception>
    public static BlobContainerStore Open(Uri url, VaultUse use, string? connectionString) => new(ClientOf(url, connectionString), use);

    /// <summary>The client of a container, opened as <see cref="Open"/> does.</summary>
    /// <exception cref="FormatException">As there.</exception>
    public static BlobContainerClient ClientOf(Uri url, string? connectionString)
    {
        var location = url.GetLeftPart(UriPartial.Path);
        var parts = new BlobUriBuilder(url);
        if (parts.BlobContainerName.Length == 0 || parts.BlobName.Length > 0)
            throw new FormatException($"{location} names no container: https://ACCOUNT.blob.core.windows.net/CONTAINER is expected");
        if (parts.Sas is not null)
            return new(url, Options());
        if (FromConnectionString(url, connectionString) is { } service)
            return service.GetBlobContainerClient(parts.BlobContainerName);
        if (url.Scheme != Uri.UriSchemeHttps)
            throw new FormatException(
                $"{location} is not https, where no sign-in is sent: set {ConnectionStringVariable} to a connection string of that "
                    + "endpoint (for Azurite), or use https"
            );
        return new(url, SignIn(), Options());
    }

    private static BlobServiceClient? FromConnectionString(Uri url, string? connectionString)
    {
        if (string.IsNullOrEmpty(connectionString))
            return null;
        BlobServiceClient service;
        try
        {
            service = new(connectionString, Options());
        }
        catch (FormatException e)
        {
            throw new FormatException($"{ConnectionStringVariable} isn't a connection string of a storage account", e);
        }
        var endpoint = service.Uri.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/";
        return url.AbsoluteUri.StartsWith(endpoint, StringComparison.OrdinalIgnoreCase) ? service : null;
    }

    /// <param name="identity">The client id of a user-assigned managed identity; null: as the environment says.</param>
    internal static TokenCredential SignIn(Guid? identity = null)
    {
        var options = new DefaultAzureCredentialOptions { ExcludeInteractiveBrowserCredential = true };
        if (identity is { } id)
            options.ManagedIdentityClientId = options.WorkloadIdentityClientId = id.ToString();
        return new DefaultAzureCredential(options);
    }

    /// <summary>About a minute of patience with a service that answers with errors; a minute for a request that doesn't move.</summary>
    internal static BlobClientOptions Options()
    {
        var options = new BlobClientOptions(Version);
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 5;
        options.Retry.Delay = TimeSpan.FromMilliseconds(500);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(15);
        options.Retry.NetworkTimeout = TimeSpan.FromMinutes(1);
        options.Diagnostics.IsLoggingContentEnabled = false;
        return options;
    }
}
