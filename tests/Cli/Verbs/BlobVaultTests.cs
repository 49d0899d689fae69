using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Stores;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>A vault in a container of blobs, by its URL.</summary>
public sealed class BlobVaultTests : IAsyncLifetime, IDisposable
{
    private readonly Azurite azurite = Azurite.Start();
    private Workbench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartAsync();
        bench.Holdfast.Variables["HOLDFAST_VAULT"] = azurite.NewContainer().ToString();
        bench.Holdfast.Variables["AZURE_STORAGE_CONNECTION_STRING"] = azurite.ConnectionString;
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    public void Dispose() => azurite.Dispose();

    [Fact]
    public async Task It_is_made_by_a_capture_listed_verified_and_restored_from()
    {
        var before = await bench.RunAsync("points");
        var capture = await bench.RunAsync("capture -o json");
        await bench.DeleteAsync(Workbench.Settings);
        var restore = await bench.RunAsync("restore latest -n shop --yes -o json");
        var verify = await bench.RunAsync("verify -o json");

        Assert.NotEqual(0, before.Exit);
        Assert.True(capture.Exit == 0, capture.Error);
        Assert.Equal(bench.Holdfast.Variables["HOLDFAST_VAULT"], (string?)capture.Json["vault"]);
        Assert.Equal((0, 1), (restore.Exit, (int)restore.Json["counts"]!["created"]!));
        Assert.Equal((0, 1), (verify.Exit, (int)verify.Json["points"]!));
    }

    [Fact]
    public async Task Storage_that_can_not_refuse_deletions_is_a_warning()
    {
        var kept = await bench.RunAsync("capture --keep-until 2199-01-01 --quiet -o json");
        var plain = await bench.RunAsync("capture --quiet -o json");

        Assert.Equal((0, "Succeeded"), (kept.Exit, (string?)kept.Json["state"]));
        var warning = (string?)Assert.Single(kept.Json["warnings"]!.AsArray());
        Assert.Contains("2199-01-01", warning);
        Assert.Contains("doesn't support it", warning);
        Assert.Contains($"warning: {warning}", kept.Error);
        Assert.Equal((0, ""), (plain.Json["warnings"]!.AsArray().Count, plain.Error));
    }

    [Fact]
    public async Task A_run_remembers_the_url_and_never_the_key()
    {
        await bench.RunAsync("capture");
        await bench.DeleteAsync("/api/v1/namespaces/shop/secrets/db");

        var restore = await bench.RunAsync("restore latest -n shop --yes -o json");
        bench.Holdfast.Variables.Remove("HOLDFAST_VAULT");
        var resumed = await bench.RunAsync($"restore --resume {restore.Json["run"]}");

        Assert.Equal((0, 0), (restore.Exit, resumed.Exit));
        Assert.All(
            Directory.GetFiles(bench.Holdfast.Runs, "*", SearchOption.AllDirectories),
            f => Assert.DoesNotContain("AccountKey", File.ReadAllText(f))
        );
    }

    [Fact]
    public async Task A_url_that_names_no_container_is_refused()
    {
        var run = await bench.RunAsync($"points --vault {azurite.Endpoint}");

        Assert.Equal(2, run.Exit);
        Assert.Contains("names no container", run.Error);
    }
}
