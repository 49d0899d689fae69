using Holdfast.Cli.Tests.Running;
using Holdfast.Simulator;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Verbs;

public sealed class RestoreTests : IAsyncLifetime
{
    private Workbench bench = null!;

    public async Task InitializeAsync() => bench = await Workbench.StartCapturedAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_plan_lists_every_step_as_json_and_changes_nothing()
    {
        await DamageAsync();

        var run = await bench.RunAsync("plan latest -n shop --existing replace -o json");

        Assert.True(run.Exit == 0, run.Error);
        var step = run.Json["steps"]!.AsArray().Single(s => (string?)s!["resource"] == "configmaps" && (string?)s["name"] == "settings")!;
        Assert.Equal(("replace", "shop"), ((string?)step["action"], (string?)step["namespace"]));
        Assert.NotEmpty((string)step["reason"]!);
        var diff = step["diff"]!.AsArray().ToDictionary(d => (string)d!["path"]!, d => ((string?)d!["live"], (string?)d["desired"]));
        Assert.Equal(("\"red\"", "\"blue\""), diff["/data/color"]);
        Assert.Equal(("\"1\"", null), diff["/data/added"]);
        Assert.Equal(1, (int)run.Json["counts"]!["replace"]!);
        Assert.Equal("red", (string?)(await bench.GetAsync(Workbench.Settings))!["data"]!["color"]);
    }

    [Fact]
    public async Task A_plan_as_text_shows_what_changes_field_by_field()
    {
        await DamageAsync();

        var run = await bench.RunAsync("plan latest -n shop --existing replace");

        Assert.Contains("replace   configmaps/settings", run.Out);
        Assert.Contains("~ /data/color: \"red\" -> \"blue\"", run.Out);
        Assert.Contains("- /data/added: \"1\"", run.Out);
        Assert.Contains("1 to replace", run.Out);
    }

    [Fact]
    public async Task A_refused_object_has_its_name_in_plan_report_and_json()
    {
        await bench.PatchAsync("/api/v1/namespaces/shop/secrets/db", """{"type":"example.com/other"}""");

        var plan = await bench.RunAsync("plan latest -n shop --existing replace");
        var text = await bench.RunAsync("restore latest -n shop --existing replace --yes");
        var json = await bench.RunAsync("restore latest -n shop --existing replace --yes -o json");

        Assert.Contains("secrets in shop: db", plan.Out);
        Assert.Contains("incomplete: secrets/db in shop: refused: /type", text.Out);
        Assert.Equal((3, 3, false), (text.Exit, json.Exit, (bool)json.Json["complete"]!));
        var entry = json.Json["incomplete"]!.AsArray().Single()!;
        Assert.Equal(("secrets", "shop", "db"), ((string?)entry["resource"], (string?)entry["namespace"], (string?)entry["name"]));
    }

    [Fact]
    public async Task A_plan_as_text_begins_with_its_summary_and_says_once_what_many_share()
    {
        await bench.DeleteAsync("/api/v1/namespaces/shop");

        var lines = (await bench.RunAsync("plan latest -n shop")).Out.Split('\n');

        Assert.StartsWith("plan ", lines[0]);
        Assert.Contains("to create", lines[1]);
        Assert.Single(lines, l => l.StartsWith("shop: ", StringComparison.Ordinal));
        Assert.Single(lines, l => l.Contains("it is missing in the target") && !l.Contains("is in it"));
        Assert.Contains(lines, l => l.Trim().StartsWith("configmaps: ", StringComparison.Ordinal) && l.Contains("settings"));
    }

    [Fact]
    public async Task A_plan_never_holds_a_secrets_value()
    {
        await bench.PatchAsync("/api/v1/namespaces/shop/secrets/db", """{"data":{"password":"c2VjcmV0Mg=="}}""");

        var file = Path.Combine(bench.Holdfast.Home, "plan.json");
        var json = await bench.RunAsync($"plan latest --existing replace --out {file} -o json");
        var text = await bench.RunAsync("plan latest --existing replace");

        var all = json.Out + text.Out + File.ReadAllText(file);
        Assert.Contains("/data/password", all);
        Assert.DoesNotContain("aHVudGVyMg", all);
        Assert.DoesNotContain("c2VjcmV0Mg", all);
    }

    [Fact]
    public async Task Damage_is_undone_and_counted()
    {
        await DamageAsync();

        var run = await bench.RunAsync("restore latest -n shop --existing replace --yes -o json");

        Assert.True(run.Exit == 0, run.Error + run.Out);
        Assert.True((bool)run.Json["complete"]!);
        Assert.Equal(1, (int)run.Json["counts"]!["replaced"]!);
        Assert.Equal(0, (int)run.Json["counts"]!["failed"]!);
        Assert.True((double)run.Json["seconds"]! > 0);
        Assert.Empty(run.Json["failures"]!.AsArray());
        var data = (await bench.GetAsync(Workbench.Settings))!["data"]!;
        Assert.Equal(("blue", null), ((string?)data["color"], data["added"]));
    }

    [Fact]
    public async Task A_deleted_namespace_comes_back_through_a_stored_plan_that_works_once()
    {
        await bench.DeleteAsync("/api/v1/namespaces/shop");
        var file = Path.Combine(bench.Holdfast.Home, "shop.plan.json");

        var plan = await bench.RunAsync($"plan latest -n shop --out {file}");
        var restore = await bench.RunAsync($"restore --plan {file} -o json");
        var again = await bench.RunAsync($"restore --plan {file}");

        Assert.Equal((0, 0, 2), (plan.Exit, restore.Exit, again.Exit));
        Assert.NotNull(await bench.GetAsync(Workbench.Settings));
        Assert.Contains($"restore --resume {restore.Json["run"]}", again.Error);
        Assert.True(File.Exists(Path.Combine(bench.Holdfast.Runs, (string)restore.Json["run"]!, "plan.json")));
        Assert.True(File.Exists(Path.Combine(bench.Holdfast.Runs, (string)restore.Json["run"]!, "outcomes.ndjson")));
    }

    [Fact]
    public async Task A_plan_that_was_changed_after_planning_is_refused()
    {
        await DamageAsync();
        var file = Path.Combine(bench.Holdfast.Home, "plan.json");
        await bench.RunAsync($"plan latest -n shop --existing replace --out {file}");
        File.WriteAllText(file, File.ReadAllText(file).Replace("settings", "sittings", StringComparison.Ordinal));

        var run = await bench.RunAsync($"restore --plan {file} -o json");

        Assert.Equal((1, "restore"), (run.Exit, (string?)run.ErrorJson["kind"]));
        Assert.Contains("changed", (string?)run.ErrorJson["message"]);
        Assert.Equal("red", (string?)(await bench.GetAsync(Workbench.Settings))!["data"]!["color"]);
    }

    [Fact]
    public async Task A_restore_into_another_cluster_is_refused_unless_asked_for()
    {
        await using var other = await SimulatedCluster.StartAsync(new(), CancellationToken.None);
        var kubeconfig = bench.WriteKubeconfig("other", other);

        var refused = await bench.RunAsync($"restore latest -n shop --yes --kubeconfig {kubeconfig} -o json");
        var allowed = await bench.RunAsync($"restore latest -n shop --yes --into-other-cluster --kubeconfig {kubeconfig} -o json");

        Assert.Equal((1, "restore"), (refused.Exit, (string?)refused.ErrorJson["kind"]));
        Assert.Contains("--into-other-cluster", refused.Error);
        Assert.True(allowed.Exit == 0, allowed.Error + allowed.Out);
        Assert.True((int)allowed.Json["counts"]!["created"]! >= 3);
    }

    [Fact]
    public async Task A_plan_that_was_refused_for_the_wrong_cluster_works_for_the_right_one()
    {
        await DamageAsync();
        var file = Path.Combine(bench.Holdfast.Home, "plan.json");
        await bench.RunAsync($"plan latest -n shop --existing replace --out {file}");
        await using var other = await SimulatedCluster.StartAsync(new(), CancellationToken.None);

        var refused = await bench.RunAsync($"restore --plan {file} --kubeconfig {bench.WriteKubeconfig("other", other)} -o json");
        var right = await bench.RunAsync($"restore --plan {file} -o json");

        Assert.Equal((1, "restore"), (refused.Exit, (string?)refused.ErrorJson["kind"]));
        Assert.Contains("the plan is for", (string?)refused.ErrorJson["message"]);
        Assert.DoesNotContain("--resume", refused.Error);
        Assert.True(right.Exit == 0, right.Error);
    }

    [Fact]
    public async Task What_fails_is_listed_exits_with_3_and_can_be_tried_again()
    {
        await bench.DeleteAsync("/api/v1/namespaces/shop");
        var fault = bench.Cluster.Inject(new("/namespaces/shop/secrets") { Method = "POST", Status = 403 });

        var run = await bench.RunAsync("restore latest -n shop --yes -o json");
        fault.Dispose();
        var resumed = await bench.RunAsync($"restore --resume {run.Json["run"]} --yes -o json");

        Assert.Equal((3, false), (run.Exit, (bool)run.Json["complete"]!));
        var failure = run.Json["failures"]!.AsArray().Single()!;
        Assert.Equal(("secrets", "shop", "db"), ((string?)failure["resource"], (string?)failure["namespace"], (string?)failure["name"]));
        Assert.True(resumed.Exit == 0, resumed.Error + resumed.Out);
        Assert.NotNull(await bench.GetAsync("/api/v1/namespaces/shop/secrets/db"));
    }

    [Fact]
    public async Task Without_a_right_that_the_plan_needs_nothing_is_written_and_the_right_and_its_role_are_named()
    {
        await bench.DeleteAsync("/api/v1/namespaces/shop");
        bench.Cluster.Deny("secrets", "create");

        var refused = await bench.RunAsync("restore latest -n shop --yes -o json");
        bench.Cluster.Allow("secrets");
        var message = (string)refused.ErrorJson["message"]!;
        var absent = await bench.GetAsync("/api/v1/namespaces/shop");
        var again = await bench.RunAsync("restore latest -n shop --yes -o json");

        Assert.Equal(1, refused.Exit);
        Assert.Contains("create secrets in shop", message, StringComparison.Ordinal);
        Assert.DoesNotContain("configmaps", message, StringComparison.Ordinal);
        Assert.Contains("holdfast-restore", message, StringComparison.Ordinal);
        Assert.Null(absent);
        Assert.True(again.Exit == 0, again.Error + again.Out);
        Assert.NotNull(await bench.GetAsync("/api/v1/namespaces/shop/secrets/db"));
    }

    [Fact]
    public async Task Where_the_server_does_not_answer_access_reviews_the_writes_show_what_is_allowed()
    {
        await bench.DeleteAsync("/api/v1/namespaces/shop");
        using var fault = bench.Cluster.Inject(new("selfsubjectaccessreviews") { Status = 403 });

        var run = await bench.RunAsync("restore latest -n shop --yes -o json");

        Assert.True(run.Exit == 0, run.Error + run.Out);
    }

    [Fact]
    public async Task A_stopped_restore_says_how_to_go_on_and_does()
    {
        await bench.DeleteAsync("/api/v1/namespaces/shop");
        var fault = bench.Cluster.Inject(new("/namespaces/shop/configmaps") { Method = "POST", Delay = TimeSpan.FromMinutes(5) });
        using var process = bench.Holdfast.Start("restore", "latest", "-n", "shop", "--yes", "-o", "json");
        process.StandardInput.Close();
        var finish = HoldfastProgram.FinishAsync(process);
        using (var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1)))
        {
            while (fault.Struck == 0)
                await Task.Delay(20, patience.Token);
        }

        await Signals.SendAsync(process, "INT");
        var stopped = await finish;
        fault.Dispose();
        var line = stopped.Error.Split('`').First(part => part.StartsWith("holdfast restore --resume", StringComparison.Ordinal));
        var resumed = await bench.RunAsync($"{line["holdfast ".Length..]} -o json");

        Assert.Equal(130, stopped.Exit);
        Assert.True(resumed.Exit == 0, resumed.Error + resumed.Out);
        Assert.NotNull(await bench.GetAsync(Workbench.Settings));
    }

    [Fact]
    public async Task Nothing_to_do_is_done()
    {
        var run = await bench.RunAsync("restore latest -n shop --yes -o json");

        Assert.True(run.Exit == 0, run.Error + run.Out);
        Assert.Equal(0, (int)run.Json["counts"]!["created"]!);
    }

    private Task DamageAsync() => bench.PatchAsync(Workbench.Settings, """{"data":{"color":"red","added":"1"}}""");
}
