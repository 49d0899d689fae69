using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Holdfast.AzureCloud.Blobs;
using Holdfast.TestKit.Worm;

namespace Holdfast.TestKit.Stores;

/// <summary>A vault in a container of a <see cref="WormAccount"/>, by Azure's own SDK. Compiled into each project that uses it.</summary>
internal sealed class WormVault
{
    private readonly string name;

    public WormVault(TimeProvider time, WormOptions? options = null, string name = "acme")
    {
        this.name = name;
        Account = new(time, options);
        Container = Account.Container("vault");
        Store = Open();
    }

    public WormAccount Account { get; }

    /// <summary>What is in the container, to look at and to tamper with.</summary>
    public WormContainer Container { get; }

    public BlobContainerStore Store { get; }

    /// <summary>As another process would.</summary>
    public BlobContainerStore Open(string query = "")
    {
        var options = new BlobClientOptions { Transport = new HttpClientTransport(new WormTransport(Account)) };
        options.Retry.MaxRetries = 0;
        options.Diagnostics.IsLoggingEnabled = options.Diagnostics.IsDistributedTracingEnabled = false;
        return new(new BlobContainerClient(new Uri($"https://{name}.blob.core.windows.net/vault{query}"), options), VaultUse.Write);
    }
}
