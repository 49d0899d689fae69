using Holdfast.Cli.Tests.Running;

namespace Holdfast.Cli.Tests.Faults;

/// <summary>A rollback that is killed between sealing its safety point and recording it.</summary>
public sealed class KilledRollbackTests
{
    [Fact]
    public async Task A_rollback_killed_before_it_recorded_its_safety_point_is_resumed_with_that_point_and_takes_no_other()
    {
        await using var bench = await Workbench.StartCapturedAsync();
        await bench.CreateConfigAsync("added", """{"since":"then"}""");
        var plan = Path.Combine(bench.Holdfast.Home, "plan.json");
        Assert.Equal(0, (await bench.RunAsync($"plan latest -n shop --existing rollback --out {plan}")).Exit);
        var run = (string)System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(plan))!["run"]!;
        using (bench.Cluster.Inject(new("/configmaps/added") { Method = "DELETE", Delay = TimeSpan.FromMinutes(5) }))
        {
            using var killed = bench.Holdfast.Start("restore", "--plan", plan, "--quiet");
            killed.StandardInput.Close();
            while (!killed.HasExited && Seals(bench) < 2)
                await Task.Delay(5);
            killed.Kill();
            await killed.WaitForExitAsync();
            Assert.Equal(137, killed.ExitCode);
        }
        // However late the kill came, nothing is recorded: the moment itself lasts a millisecond.
        foreach (var recorded in Directory.EnumerateFiles(bench.Holdfast.Runs, "safety-point.json", SearchOption.AllDirectories))
            File.Delete(recorded);

        var resumed = await bench.RunAsync($"restore --resume {run} -o json");

        Assert.True(resumed.Exit == 0, resumed.Error);
        Assert.Equal(2, Seals(bench));
        Assert.NotNull((string?)resumed.Json["safetyPoint"]);
        Assert.Null(await bench.GetAsync("/api/v1/namespaces/shop/configmaps/added"));
    }

    private static int Seals(Workbench bench) =>
        Directory.Exists(bench.Holdfast.Vault)
            ? Directory.EnumerateFiles(bench.Holdfast.Vault, "seal.json", SearchOption.AllDirectories).Count()
            : 0;
}
