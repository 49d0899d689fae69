using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Running;
using Holdfast.TestKit.Stores;
using Holdfast.TestKit.Worm;
using Holdfast.Vault.Replication;

namespace Holdfast.Cli.Tests.Verbs;

public sealed class ReplicateTests : IAsyncLifetime, IDisposable
{
    private readonly HoldfastProgram holdfast = new();
    private readonly List<SealedPoint> points = [];

    private string Replica => Path.Combine(holdfast.Home, "replica");

    public async Task InitializeAsync()
    {
        holdfast.Variables["HOLDFAST_VAULT"] = holdfast.Vault;
        var store = new FolderStore(holdfast.Vault, TimeProvider.System);
        foreach (var day in Enumerable.Range(0, 2))
            points.Add(
                await SamplePoint.WriteAsync(
                    store,
                    [
                        new("configmaps", "shop", """{"metadata":{"name":"a"}}"""),
                        new("secrets", $"n{day}", $$"""{"metadata":{"name":"s{{day}}"} }"""),
                    ],
                    SamplePoint.Time.AddDays(day)
                )
            );
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public async Task A_replica_stands_on_its_own_once_the_vault_is_gone()
    {
        var first = await holdfast.RunAsync("replicate", "--to", Replica, "-o", "json");
        var again = await holdfast.RunAsync("replicate", "--to", Replica, "-o", "json");
        Directory.Move(holdfast.Vault, holdfast.Vault + "-gone");
        var listed = await holdfast.RunAsync("points", "--vault", Replica, "-o", "json");
        var verified = await holdfast.RunAsync("verify", "--vault", Replica, "-o", "json");

        Assert.True(first.Exit == 0, first.Error);
        var copied = first.Json[0]!;
        Assert.Equal(("prod", 2, 0), ((string?)copied["cluster"], (int)copied["points"]!, copied["findings"]!.AsArray().Count));
        Assert.Equal(($"{points[1].Id}", (string?)copied["newestHere"]), ((string?)copied["newestThere"], $"{points[1].Id}"));
        Assert.Equal((0, 0), ((int)again.Json[0]!["points"]!, (int)again.Json[0]!["packs"]!));
        Assert.Equal(2, listed.Json.AsArray().Count);
        Assert.Equal((0, true), (verified.Exit, (bool)verified.Json["intact"]!));
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_copied_and_makes_nothing()
    {
        Directory.CreateDirectory(Replica);

        var dry = await holdfast.RunAsync("replicate", "--to", Replica, "--dry-run");

        Assert.Equal((0, $"prod -> {Replica}: 2 points to copy\n"), (dry.Exit, dry.Out));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Replica));
    }

    [Fact]
    public async Task The_storage_of_a_replica_refuses_deletion_as_was_asked()
    {
        var account = new WormAccount(TimeProvider.System);
        await using var server = await WormServer.StartAsync(account);
        account.Container("vault");
        holdfast.Variables["AZURE_STORAGE_CONNECTION_STRING"] = server.ConnectionString;

        var run = await holdfast.RunAsync("replicate", "--to", server.Vault.ToString(), "--keep", "30d", "--keep-mode", "unlocked");

        Assert.True(run.Exit == 0, run.Error);
        var blobs = account.Container("vault").Blobs.Where(b => b.Key != VaultPaths.Marker).SelectMany(b => b.Value.Versions).ToList();
        Assert.Equal(6, blobs.Count);
        Assert.All(blobs, b => Assert.True(!b.IsLocked && b.Until > DateTimeOffset.UtcNow.AddDays(29)));
    }

    [Fact]
    public async Task Between_containers_of_an_emulator_it_is_the_same()
    {
        using var azurite = Azurite.Start();
        var (vault, replica) = (azurite.NewContainer(), azurite.NewContainer());
        holdfast.Variables["AZURE_STORAGE_CONNECTION_STRING"] = azurite.ConnectionString;

        var there = await holdfast.RunAsync("replicate", "--to", vault.ToString());
        var further = await holdfast.RunAsync("replicate", "--vault", vault.ToString(), "--to", replica.ToString());
        var verified = await holdfast.RunAsync("verify", "--vault", replica.ToString(), "-o", "json");

        Assert.True(there.Exit == 0 && further.Exit == 0, there.Error + further.Error);
        Assert.Equal((0, 2), (verified.Exit, (int)verified.Json["points"]!));
    }

    [Fact]
    public async Task What_can_t_be_copied_is_said_and_the_rest_is_copied()
    {
        var reader = await RecoveryPointReader.OpenAsync(
            new FolderStore(holdfast.Vault, TimeProvider.System),
            SamplePoint.Cluster,
            points[0].Id,
            default
        );
        var pack = VaultPaths.Pack(SamplePoint.Cluster, reader.Inventory.Segments[^1].Parts[0].Pack);
        File.Delete(Path.Combine(holdfast.Vault, pack));

        var run = await holdfast.RunAsync("replicate", "--to", Replica);

        Assert.Equal(3, run.Exit);
        Assert.Contains(pack, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Into_a_replica_from_which_the_cluster_was_taken_over_nothing_is_copied()
    {
        var store = new FolderStore(Replica, TimeProvider.System);
        var none = await Takeovers.ReadAsync(store, default);
        await none.AddAsync(store, [SamplePoint.Cluster], "b", "the region was gone", SamplePoint.Time, default);

        var run = await holdfast.RunAsync("replicate", "--to", Replica);

        Assert.Equal(3, run.Exit);
        Assert.Contains("another service has taken it over", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Replica, "clusters")));
    }

    [Theory]
    [InlineData("replicate", "--to")]
    [InlineData("replicate --to VAULT", "the vault itself")]
    [InlineData("replicate --to REPLICA --to REPLICA", "twice")]
    [InlineData("replicate --to REPLICA --keep 30", "--keep")]
    [InlineData("replicate --to REPLICA --keep-mode x", "--keep-mode")]
    public async Task A_command_line_that_makes_no_sense_is_refused(string line, string says)
    {
        var arguments = line.Split(' ')
            .Select(a =>
                a switch
                {
                    "VAULT" => holdfast.Vault,
                    "REPLICA" => Replica,
                    _ => a,
                }
            );

        var run = await holdfast.RunAsync([.. arguments]);

        Assert.Equal(2, run.Exit);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }
}
