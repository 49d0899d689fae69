using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Files;
using Holdfast.AzureCloud.Tests.Blobs;
using Holdfast.Control.Policies;
using Holdfast.TestKit.Jobs;
using Holdfast.TestKit.Stores;
using Holdfast.Volumes.Files;

namespace Holdfast.AzureCloud.Tests.Files;

/// <summary>
/// Repositories of movers in Azurite. What they are granted there is signed with the account's key; with Entra ID it is a user delegation
/// key's, which Azurite doesn't have.
/// </summary>
public sealed class BlobFileRepositoriesTests(AzuriteFixture fixture) : IClassFixture<AzuriteFixture>
{
    private static readonly ClusterName Shop = ClusterName.Parse("shop");
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Uri vault = fixture.Azurite.NewContainer();

    private BlobFileRepositories Repositories => new(vault, fixture.Azurite.ConnectionString, TimeProvider.System);

    [Fact]
    public void Each_cluster_of_each_vault_has_a_container_of_its_own()
    {
        var other = new BlobFileRepositories(fixture.Azurite.NewContainer(), fixture.Azurite.ConnectionString, TimeProvider.System);
        ClusterName[] clusters = [Shop, ClusterName.Parse("shop-2"), ClusterName.Parse($"a--{new string('b', 59)}z")];

        var names = clusters
            .SelectMany(c => new[] { Repositories.LocationOf(c), other.LocationOf(c) })
            .Select(u => u.Segments[^1])
            .ToArray();

        Assert.Equal(names.Length, names.Distinct().Count());
        // https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
        Assert.All(names, n => Assert.Matches("^[a-z0-9](-?[a-z0-9]){2,62}$", n));
        Assert.Equal(Repositories.LocationOf(Shop), Repositories.LocationOf(Shop));
    }

    [Fact]
    public async Task What_is_granted_opens_the_clusters_container_and_nothing_else()
    {
        var repository = Repositories.LocationOf(Shop);
        var neighbour = Repositories.LocationOf(ClusterName.Parse("neighbour"));
        await Repositories.GrantAsync(neighbour, RepositoryUse.Write, Hour, default);

        var write = await Repositories.GrantAsync(repository, RepositoryUse.Write, Hour, default);
        var read = await Repositories.GrantAsync(repository, RepositoryUse.Read, Hour, default);

        await With(repository, write).UploadBlobAsync("locks/1", BinaryData.FromString("x"));
        await With(repository, write).DeleteBlobAsync("locks/1");
        await With(repository, write).UploadBlobAsync("data", BinaryData.FromString("x"));
        Assert.Equal("x", (await With(repository, read).GetBlobClient("data").DownloadContentAsync()).Value.Content.ToString());
        await RefusedAsync(() => With(repository, read).UploadBlobAsync("more", BinaryData.FromString("x")));
        await RefusedAsync(() => With(repository, read).DeleteBlobAsync("data"));
        await RefusedAsync(() => With(neighbour, write).UploadBlobAsync("data", BinaryData.FromString("x")));
        await RefusedAsync(() => With(vault, write).UploadBlobAsync("data", BinaryData.FromString("x")));
    }

    [Fact]
    public async Task What_is_granted_ends()
    {
        var repository = Repositories.LocationOf(Shop);

        var granted = await Repositories.GrantAsync(repository, RepositoryUse.Write, TimeSpan.FromMinutes(-1), default);

        await RefusedAsync(() => With(repository, granted).UploadBlobAsync("data", BinaryData.FromString("x")));
    }

    [Fact]
    public async Task A_vault_that_is_opened_with_a_token_can_grant_nothing_and_says_so_without_it()
    {
        var withToken = new BlobFileRepositories(
            new("https://acme.blob.core.windows.net/vault?sv=2023-01-03&sig=c2VjcmV0"),
            null,
            TimeProvider.System
        );

        var refused = await Assert.ThrowsAsync<FileExportException>(() =>
            withToken.GrantAsync(withToken.LocationOf(Shop), RepositoryUse.Write, Hour, default)
        );

        Assert.DoesNotContain("sig=", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", withToken.LocationOf(Shop).ToString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Restic_copies_files_there_and_back_with_what_is_granted()
    {
        ResticProgram.RequireForAzure();
        await using var front = new AzureFront(fixture.Azurite);
        var repository = Repositories.LocationOf(ClusterName.Parse("restic"));
        Assert.False(await Repositories.IsBegunAsync(repository, default));
        var write = await Repositories.GrantAsync(repository, RepositoryUse.Write, Hour, default);

        Assert.Equal("", (await RunAsync(front, Restic.Begin, repository, write, [])).Failure);
        Assert.True(await Repositories.IsBegunAsync(repository, default));
        var variables = Restic.BackupVariables("shop/data@pv-1", "run", TimeProvider.System.GetUtcNow());
        var backup = await RunAsync(front, Restic.Backup, repository, write, variables, "the files");
        Assert.Equal("", backup.Failure);
        var export = Restic.Summary(backup.Message, repository)!;
        Assert.Equal(repository.ToString(), export.Location);

        var read = await Repositories.GrantAsync(new(export.Location), RepositoryUse.Read, Hour, default);
        var restored = await RunAsync(front, Restic.Restore, repository, read, Restic.RestoreVariables(export.Snapshot!), "");

        Assert.Equal("", restored.Failure);
        Assert.Equal("the files", Assert.Single(VolumeFiles.Read(restored.Data!)).Value);
    }

    private static async Task<(string Failure, string Message, string? Data)> RunAsync(
        AzureFront front,
        string command,
        Uri repository,
        string? signature,
        Dictionary<string, string> variables,
        string? data = null
    )
    {
        var task = new MoverTask("m", command, new FileExport("restic"), []) { Claim = data is null ? null : "c", Variables = variables };
        var pod = new JsonObject { ["spec"] = task.Job()["spec"]!["template"]!["spec"]!.DeepClone() };
        using var process = new PodProcess(pod, front.Variables);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        string? written = null;
        var end = await process.RunAsync(
            _ => data!,
            _ => task.Secret(Restic.SecretVariables(repository, signature, "password"))["data"]!.AsObject(),
            (_, after) => written = after,
            patience.Token
        );
        return (end.ExitCode == 0 ? "" : end.Message, end.Message, written);
    }

    private static BlobContainerClient With(Uri container, string? signature) =>
        new(new Uri($"{container}?{signature}"), new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));

    private static async Task RefusedAsync(Func<Task> act) =>
        Assert.Equal(403, (await Assert.ThrowsAsync<RequestFailedException>(act)).Status);
}
