using Holdfast.Archive.Format;
using Holdfast.Cli.Tests.Running;
using Holdfast.Simulator.Faults;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Faults;

/// <summary>A signal in the middle, where something has been written already.</summary>
public sealed class InterruptionTests : IAsyncLifetime
{
    private static readonly ClusterName Cluster = ClusterName.Parse("simulator");
    private Workbench bench = null!;
    private FolderVault vault = null!;

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartAsync();
        vault = new(bench.Holdfast.Vault);
        Assert.Equal(0, (await bench.RunAsync("capture")).Exit);
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Theory]
    [InlineData("INT"), InlineData("TERM")]
    public async Task A_capture_stopped_while_it_exports_leaves_the_vault_whole_and_the_next_one_succeeds(string signal)
    {
        await bench.Cluster.SeedSyntheticAsync(200, 2, CancellationToken.None);

        var stopped = await StopAsync(new("/configmaps?") { After = 1, Delay = TimeSpan.FromMinutes(5) }, signal, "capture");

        Assert.Equal((130, "cancelled"), (stopped.Exit, (string?)stopped.ErrorJson["kind"]));
        Assert.Contains("no recovery point", (string?)stopped.ErrorJson["message"]);
        Assert.Single(await vault.WholePointsAsync(Cluster));
        Assert.DoesNotContain(await vault.FindingsAsync(Cluster), f => f.IsDamage);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(bench.Holdfast.Vault, ".holdfast", "tmp")));
        var next = await bench.RunAsync("capture -o json");
        Assert.True(next.Exit == 0, next.Error);
        Assert.Equal(2, (await vault.WholePointsAsync(Cluster)).Length);
    }

    [Fact]
    public async Task A_restore_that_is_terminated_says_how_to_go_on_does_and_leaves_the_vault_as_it_was()
    {
        var before = vault.Blobs;
        await bench.DeleteAsync("/api/v1/namespaces/shop");

        var stopped = await StopAsync(
            new("/namespaces/shop/secrets") { Method = "POST", Delay = TimeSpan.FromMinutes(5) },
            "TERM",
            "restore",
            "latest",
            "-n",
            "shop",
            "--yes"
        );
        var line = stopped.Error.Split('`').First(part => part.StartsWith("holdfast restore --resume", StringComparison.Ordinal));
        var resumed = await bench.RunAsync($"{line["holdfast ".Length..]} -o json");

        Assert.Equal(130, stopped.Exit);
        Assert.True(resumed.Exit == 0, resumed.Error + resumed.Out);
        Assert.NotNull(await bench.GetAsync("/api/v1/namespaces/shop/secrets/db"));
        Assert.Equal(before, vault.Blobs);
        Assert.Single(await vault.WholePointsAsync(Cluster));
    }

    [Theory]
    [InlineData("INT", "TERM"), InlineData("TERM", "TERM")]
    public async Task A_second_signal_ends_what_the_first_could_not(string first, string second)
    {
        await bench.CreateConfigAsync("large", $$"""{"k":"{{new string('x', 500_000)}}"}""");
        Assert.Equal(0, (await bench.RunAsync("capture")).Exit);
        // No one reads on: it can neither write the rest nor stop in good order.
        using var process = bench.Holdfast.Start("cat", "latest", "--all", "-o", "ndjson");
        Assert.True(process.StandardOutput.Read() >= 0);

        await Signals.SendAsync(process, first);
        await Signals.SendAsync(process, second);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(patience.Token);

        Assert.Equal(130, process.ExitCode);
    }

    private async Task<Finished> StopAsync(Fault fault, string signal, params string[] command)
    {
        using var injected = bench.Cluster.Inject(fault);
        using var process = bench.Holdfast.Start([.. command, "-o", "json"]);
        process.StandardInput.Close();
        var finish = HoldfastProgram.FinishAsync(process);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (injected.Struck == 0)
            await Task.Delay(20, patience.Token);
        await Signals.SendAsync(process, signal);
        return await finish;
    }
}
