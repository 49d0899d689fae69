using System.Text;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Holdfast.AzureCloud.Blobs;
using Holdfast.TestKit.Arm;
using Holdfast.TestKit.Arm.Disks;
using Holdfast.TestKit.Arm.Kubernetes;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Stores;

namespace Holdfast.Functions.Tests.Regions;

/// <summary>With Azure disks, of which nothing is left but the images in a copy of the vault: no snapshot, and no copy of one.</summary>
public sealed partial class RegionLossTests
{
    private const string Ledger = "what was booked";

    private const string Imaging = """
        {"version":1,"name":"carried","clusters":{"names":["prod"]},"schedule":{"cron":"0 2 * * *"},"volumeImages":true}
        """;

    [Fact]
    public async Task A_disk_of_which_only_an_image_is_left_comes_back_from_the_copy_of_the_vault_though_the_app_dies_at_every_step()
    {
        using var azurite = Azurite.Start();
        azure.Server.Operations.RetryAfter = TimeSpan.Zero;
        var (disks, snapshots) = DiskStore.AddTo(azure.Server);
        azure.Server.AddGroup(SampleAks.Subscription, "MC_dr", "northeurope");
        var account = azure
            .Server.Add(new StorageAccounts())
            .Add(azure.Server.AddGroup(SampleAks.Subscription, "store", "northeurope"), "devstoreaccount1", "northeurope");
        var lost = disks.Add(SampleAks.Nodes, "ledger", SampleAks.Region, gigabytes: 1, zone: "1");
        disks.Store.ContentOf(lost).Write(0, Encoding.ASCII.GetBytes(Ledger.PadRight(512)));
        await SeedDiskAsync(clusters["prod"], lost);
        var (primary, dr) = (await NewVaultAsync(azurite), await NewVaultAsync(azurite));
        var captured = await CaptureAsync(Imaging, primary);
        Assert.True((string?)captured["state"] == "Succeeded", captured.ToJsonString());
        await CopyVaultAsync(primary, dr);
        await BlobVaults.ClientOf(primary.Url, primary.Connection).DeleteAsync();
        await LoseRegionAsync();
        disks.BlobOf = url => ContentOf(new(url), dr);
        var tasks = new KilledTasks();

        var (_, report) = await RunAsync(tasks, Body, dr);

        Assert.True((string?)report["state"] == "Succeeded", report.ToJsonString());
        Assert.Contains("ApplyStage", tasks.Deaths);
        var made = Assert.Single(azure.Server.Requests, r => r.Method == "PUT" && r.Id.Type == disks.Type);
        var creation = made.Body!["properties"]!["creationData"]!;
        Assert.Equal(("Import", account), ((string?)creation["createOption"], (string?)creation["storageAccountId"]));
        Assert.StartsWith($"{dr.Url}/clusters/prod/images/", (string?)creation["sourceUri"], Ordinal);
        Assert.Equal(Ledger, Encoding.ASCII.GetString(disks.Store.ContentOf(made.Id.Path).Read(0, 512)).TrimEnd());
        Assert.DoesNotContain(azure.Server.Resources.IdsOf(snapshots.Type), id => !id.Contains("MC_prod", Ordinal));
        using var requests = new ClusterRequests(clusters["prod-dr"].Endpoint);
        var claim = (await requests.GetAsync("/api/v1/namespaces/shop/persistentvolumeclaims/ledger")).Body!;
        Assert.Equal("Bound", (string?)claim["status"]!["phase"]);
    }

    private async Task<RegionVault> NewVaultAsync(Azurite azurite)
    {
        var access = new BlobClientOptions { Transport = new HttpClientTransport(azure.Server.Handler()), Retry = { MaxRetries = 0 } };
        var vault = new RegionVault(azurite.NewContainer(), azurite.ConnectionString, access);
        await BlobVaults.ClientOf(vault.Url, vault.Connection).CreateAsync();
        return vault;
    }

    /// <summary>As a replication of the storage account, or azcopy, leaves it.</summary>
    private static async Task CopyVaultAsync(RegionVault from, RegionVault to)
    {
        var (source, target) = (BlobVaults.ClientOf(from.Url, from.Connection), BlobVaults.ClientOf(to.Url, to.Connection));
        await foreach (var blob in source.GetBlobsAsync())
        {
            if (blob.Properties.BlobType != BlobType.Page)
                await target.UploadBlobAsync(blob.Name, (await source.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content);
            else
                await CopyPagesAsync(source.GetPageBlobClient(blob.Name), target.GetPageBlobClient(blob.Name));
        }
    }

    private static async Task CopyPagesAsync(PageBlobClient source, PageBlobClient target)
    {
        await target.CreateAsync((await source.GetPropertiesAsync()).Value.ContentLength);
        await foreach (var range in source.GetAllPageRangesAsync())
        {
            var read = await source.DownloadContentAsync(new BlobDownloadOptions { Range = range.Range });
            using var content = read.Value.Content.ToStream();
            await target.UploadPagesAsync(content, range.Range.Offset);
        }
    }

    /// <summary>As Azure reads an image: by the account's key.</summary>
    private static DiskContent? ContentOf(BlobUriBuilder url, RegionVault vault)
    {
        var blob = BlobVaults.ClientOf(vault.Url, vault.Connection).GetPageBlobClient(url.BlobName);
        if (!blob.Exists())
            return null;
        var content = new DiskContent(blob.GetProperties().Value.ContentLength);
        foreach (var range in blob.GetAllPageRanges())
        {
            var read = blob.DownloadContent(new BlobDownloadOptions { Range = range.Range });
            content.Write(range.Range.Offset, read.Value.Content.ToArray());
        }
        return content;
    }
}
