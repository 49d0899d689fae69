using Holdfast.Archive.Format;
using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Faults;

/// <summary>
/// Every row of <see cref="CaptureFaults"/> against the real program: what it ends with, what it says, what it leaves, and that it
/// recovers.
/// </summary>
public sealed class CaptureFaultTests
{
    private static readonly ClusterName Cluster = ClusterName.Parse("simulator");

    /// <summary>What must not be printed: the tokens, a captured Secret's value, a private key.</summary>
    private static readonly string[] Secrets =
    [
        CaptureFault.Token,
        "wr0ng-token-77a1",
        "aHVudGVyMg",
        "hunter2",
        "PRIVATE KEY",
        "LS0tLS1CRUdJTiBQUklWQVRF",
    ];

    public static TheoryData<string> Names => [.. CaptureFaults.All.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_fault_is_reported_leaves_nothing_half_done_and_is_recovered_from(string name)
    {
        var fault = CaptureFaults.All.Single(f => f.Name == name);
        await using var bench = await Workbench.StartAsync(new() { Token = CaptureFault.Token });
        var vault = new FolderVault(bench.Holdfast.Vault);

        Finished faulty,
            text;
        await using (await fault.Strike(bench))
            faulty = await bench.RunAsync("capture -o json");
        await using (await fault.Strike(bench))
            text = await bench.RunAsync("capture --full");

        Assert.True(
            faulty.Exit == fault.Exit && text.Exit == fault.Exit,
            $"{faulty.Exit} {faulty.Out}{faulty.Error} / {text.Exit} {text.Out}{text.Error}"
        );
        Assert.All(fault.Words, word => Assert.Contains(word, text.Out + text.Error));
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, faulty.Out + faulty.Error + text.Out + text.Error));
        AssertReport(fault, faulty);
        var points = await vault.WholePointsAsync(Cluster);
        Assert.Equal(fault.Exit == 1 ? 0 : 2, points.Length);
        await AssertInventoryAsync(bench, fault);

        var next = await bench.RunAsync("capture -o json");

        Assert.True(next.Exit == 0, next.Out + next.Error);
        Assert.Equal(points.Length + 1, (await vault.WholePointsAsync(Cluster)).Length);
        Assert.Empty((await vault.FindingsAsync(Cluster)).Where(f => f.IsDamage));
    }

    private static void AssertReport(CaptureFault fault, Finished run)
    {
        if (fault.Exit == 1)
        {
            Assert.Empty(run.Out);
            Assert.Equal(("cluster", 1), ((string?)run.ErrorJson["kind"], (int?)run.ErrorJson["exitCode"]));
            return;
        }
        Assert.Equal(fault.Exit == 0 ? "Succeeded" : "Partial", (string?)run.Json["state"]);
        var gaps = run.Json["gaps"]!.AsArray().Select(g => (string?)g!["resource"]).Distinct().ToArray();
        if (fault.Gap == "*")
            Assert.NotEmpty(gaps);
        else
            Assert.Equal(fault.Gap is null ? [] : [fault.Gap], gaps);
    }

    /// <summary>A missing type is not only in the report: whoever opens the point later sees it too.</summary>
    private static async Task AssertInventoryAsync(Workbench bench, CaptureFault fault)
    {
        if (fault.Exit != 3 || fault.Gap is null or "*")
            return;
        var show = await bench.RunAsync("show latest -o json");
        Assert.Equal("Partial", (string?)show.Json["point"]!["state"]);
        Assert.Contains(show.Json["gaps"]!.AsArray(), g => (string?)g!["resource"] == fault.Gap);
        Assert.Contains(
            show.Json["types"]!.AsArray(),
            t => (string?)t!["resource"] == fault.Gap && ((string?)t["state"])!.Equals("failed", StringComparison.OrdinalIgnoreCase)
        );
    }
}
