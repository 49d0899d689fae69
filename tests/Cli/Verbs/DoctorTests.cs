using System.Text.Json.Nodes;
using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Verbs;

public sealed class DoctorTests : IAsyncLifetime
{
    private Workbench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartCapturedAsync();
        bench.Holdfast.Variables["HOLDFAST_DOCTOR_SECONDS"] = "120";
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_setup_that_works_has_no_error_and_each_check_says_what_it_found()
    {
        var before = Snapshot();
        var run = await bench.RunAsync("doctor -o json");
        var text = await bench.RunAsync("doctor");

        Assert.True(run.Exit == 0, run.Out);
        Assert.True((bool)run.Json["ok"]!);
        Assert.Contains("can be read; it has points of 1 cluster", Message(run, "vault"));
        Assert.Contains("answers in", Message(run, "cluster"));
        Assert.Contains("differ by", Message(run, "clock"));
        Assert.Contains("not needed", Message(run, "azure"));
        Assert.Contains("isn't encrypted", Message(run, "vault keys"));
        Assert.Contains("ok       vault: ", text.Out);
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task What_does_not_work_is_an_error_with_what_to_do_and_the_other_checks_still_run()
    {
        bench.Holdfast.Variables["HOLDFAST_VAULT"] = "/nowhere/vault";
        bench.Holdfast.Variables["HOLDFAST_PUBLIC_KEYS"] = "not a key";
        bench.Holdfast.Variables["HOLDFAST_CONTROL"] = "/nowhere/control";

        var run = await bench.RunAsync("doctor -o json");

        Assert.Equal(1, run.Exit);
        Assert.False((bool)run.Json["ok"]!);
        Assert.Contains("there is no vault at '/nowhere/vault'", Message(run, "vault", "error"));
        Assert.Contains("HOLDFAST_PUBLIC_KEYS", Message(run, "signing keys", "error"));
        Assert.Contains("/nowhere/control", Message(run, "service", "error"));
        Assert.Contains("answers in", Message(run, "cluster"));
    }

    [Fact]
    public async Task A_broken_configuration_file_and_a_cluster_that_does_not_answer_are_found()
    {
        bench.Holdfast.Variables["HOLDFAST_CONFIG"] = Path.Combine(bench.Holdfast.Home, "config.yaml");
        await File.WriteAllTextAsync(bench.Holdfast.Variables["HOLDFAST_CONFIG"], "valut: /x\n");
        var nowhere = Path.Combine(bench.Holdfast.Home, "nowhere");
        await File.WriteAllTextAsync(nowhere, bench.Cluster.Kubeconfig().Replace(bench.Cluster.Server.Authority, "127.0.0.1:1"));
        bench.Holdfast.Variables["KUBECONFIG"] = nowhere;
        // Connecting is tried again for longer than that.
        bench.Holdfast.Variables["HOLDFAST_DOCTOR_SECONDS"] = "10";

        var run = await bench.RunAsync("doctor -o json");

        Assert.Equal(1, run.Exit);
        Assert.Contains("did you mean 'vault'?", Message(run, "configuration", "error"));
        Assert.NotEmpty(Message(run, "cluster", "error"));
    }

    [Fact]
    public async Task Missing_permissions_and_a_folder_that_others_can_read_are_warnings()
    {
        File.SetUnixFileMode(bench.Holdfast.Vault, (UnixFileMode)0b111_101_101);

        var run = await bench.RunAsync("doctor -o json");

        Assert.Equal(0, run.Exit);
        Assert.Contains("chmod", Message(run, "vault", "warning"));
        Assert.Contains("vault check", Find(run, "vault protection", "warning")["next"]!.ToString());
    }

    [Fact]
    public async Task No_secret_is_printed()
    {
        foreach (
            var name in (string[])["HOLDFAST_PASSPHRASE", "RESTIC_PASSWORD", "AZURE_STORAGE_CONNECTION_STRING", "HOLDFAST_SIGNING_KEY"]
        )
            bench.Holdfast.Variables[name] = "hunter2hunter2";

        var run = await bench.RunAsync("doctor");

        Assert.DoesNotContain("hunter2", run.Out + run.Error);
    }

    private static string Message(Finished run, string check, string state = "ok") => Find(run, check, state)["message"]!.ToString();

    private static JsonNode Find(Finished run, string check, string state) =>
        run.Json["checks"]!.AsArray().First(c => (string?)c!["check"] == check && (string?)c["state"] == state)!;

    /// <summary>Every file of the vault with its time.</summary>
    private string Snapshot() =>
        string.Join(
            '\n',
            Directory
                .EnumerateFiles(bench.Holdfast.Vault, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(f => $"{f} {File.GetLastWriteTimeUtc(f):O}")
        );
}
