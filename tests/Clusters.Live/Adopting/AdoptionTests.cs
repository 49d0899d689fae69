using System.Diagnostics;
using System.Text.RegularExpressions;
using Holdfast.Clusters.Access;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Running;

namespace Holdfast.Clusters.Live.Tests.Adopting;

/// <summary>The program adopts a real cluster: roles by server-side apply, rights as another, points with these rights.</summary>
[Collection(LiveClusterCollection.Name)]
public sealed partial class AdoptionTests(LiveClusterFixture live) : IAsyncLifetime, IDisposable
{
    private const string Subject = "serviceaccount:holdfast/holdfast-capture";
    private const string Granting = "adopting";

    private static readonly string[] Roles = ["holdfast-capture", "holdfast-snapshots", Granting];

    private readonly HoldfastProgram holdfast = new();

    /// <summary>Where the program keeps the documents of this machine's service.</summary>
    private string Control => Path.Combine(holdfast.Home, "state", "holdfast", "app", "control");

    private string Registration => Path.Combine(Control, "clusters", "prod.json");

    /// <summary>A token's file that is kept fresh by someone else; it isn't read here.</summary>
    private string Line => $"clusters add prod --sign-in {holdfast.Home}/token --subject {Subject} --apply --yes -o json";

    [SkippableFact]
    public async Task Roles_are_applied_after_a_dry_run_and_the_first_point_is_made_with_the_service_accounts_own_rights()
    {
        Use(live.Cluster.KubeconfigPath);
        var asked = await RunAsync(Line.Replace(" --yes", "", StringComparison.Ordinal));
        Assert.Equal(2, asked.Exit);
        Assert.False(await ExistsAsync("clusterrole/holdfast-capture"));

        var added = await RunAsync($"{Line} --capture");

        Assert.True(added.Exit == 0, added.Error + added.Out);
        Assert.Equal((Subject, "Succeeded"), ((string?)added.Json["subject"], (string?)added.Json["pointState"]));
        Assert.Empty(added.Json["missing"]!.AsArray());
        Assert.All(
            added.Json["roles"]!.AsArray().Where(r => ((string)r!["object"]!).StartsWith("clusterrole", StringComparison.Ordinal)),
            r => Assert.Equal("create", (string?)r!["action"])
        );
        var again = await RunAsync(Line);
        Assert.Equal((0, "unchanged"), (again.Exit, (string?)again.Json["registration"]));
        Assert.Equal(["unchanged"], again.Json["roles"]!.AsArray().Select(r => (string?)r!["action"]).Distinct());
    }

    [SkippableFact]
    public async Task Clusters_and_policies_are_listed_shown_checked_and_removed()
    {
        Use(live.Cluster.KubeconfigPath);
        var added = await RunAsync("clusters add prod --label env=prod -o json");
        Assert.Equal(0, added.Exit);
        // the kubeconfig names its CA's file
        var folder = Path.GetDirectoryName(live.Cluster.KubeconfigPath);
        Assert.Contains(
            $"HOLDFAST_CREDENTIAL_FOLDERS={folder},{folder}/certs ",
            added.Json["next"]!.ToJsonString(),
            StringComparison.Ordinal
        );
        string[] policy = ["policies", "add", "nightly", "--clusters", "prod", "--schedule", "30 2 * * *"];
        Assert.Equal(0, (await holdfast.RunAsync(policy)).Exit);

        Assert.Equal("prod", (string?)(await RunAsync("clusters list -o json")).Json[0]!["labels"]!["env"]);
        Assert.Equal("prod", (string?)(await RunAsync("clusters show prod -o json")).Json["name"]);
        Assert.Equal("nightly", (string?)(await RunAsync("policies list -o json")).Json[0]!["policy"]);
        Assert.Equal("30 2 * * *", (string?)(await RunAsync("policies show nightly -o json")).Json["schedule"]!["cron"]);
        Assert.Equal(1, (await RunAsync("clusters remove prod")).Exit);
        Assert.Equal(0, (await RunAsync("policies remove nightly")).Exit);
        Assert.Equal(0, (await RunAsync("clusters remove prod")).Exit);
        Assert.False(File.Exists(Registration));
    }

    /// <summary>The blocks of docs/clusters.md that name this class: for Entra ID, for OIDC, and what Kubernetes says itself.</summary>
    [SkippableFact]
    public async Task The_documented_commands_for_other_identities_run()
    {
        Use(live.Cluster.KubeconfigPath);
        var blocks = Block()
            .Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "clusters.md")))
            .Select(block => block.Groups["commands"].Value)
            .ToList();
        Assert.Equal(3, blocks.Count);
        File.CreateSymbolicLink(Path.Combine(holdfast.Home, "holdfast"), HoldfastProgram.Executable);
        holdfast.Variables["PATH"] = $"{holdfast.Home}:{live.Cluster.SearchPath}";

        using var process = holdfast.Start(new ProcessStartInfo("bash", ["-c", $"set -euo pipefail\n{string.Concat(blocks)}"]));
        process.StandardInput.Close();
        var run = await HoldfastProgram.FinishAsync(process);

        Assert.True(run.Exit == 0, run.Out + run.Error);
        Assert.Equal("https://issuer.example.com#holdfast", await SubjectAsync());
        Assert.Contains("selfsubjectaccessreviews", run.Out, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_binding_for_another_subject_is_shown_before_it_is_changed()
    {
        Use(live.Cluster.KubeconfigPath);
        Assert.Equal(0, (await RunAsync(Line)).Exit);

        var other = Line.Replace(Subject, "user:0f-1", StringComparison.Ordinal) + " --replace";
        var asked = await RunAsync(other.Replace(" --yes", "", StringComparison.Ordinal));
        var kept = await SubjectAsync();
        var changed = await RunAsync(other);

        Assert.Equal(2, asked.Exit);
        Assert.Contains("update clusterrolebindings.rbac.authorization.k8s.io/holdfast-capture", asked.Error, StringComparison.Ordinal);
        Assert.Contains("0f-1", asked.Error, StringComparison.Ordinal);
        Assert.Equal("holdfast-capture", kept);
        Assert.True(changed.Exit == 0, changed.Error);
        Assert.Equal("0f-1", await SubjectAsync());
    }

    [SkippableFact]
    public async Task Without_permission_to_impersonate_nothing_is_claimed_of_the_subjects_rights()
    {
        await GrantAsync("""{apiGroups: ["*"], resources: ["*"], verbs: [get, list, create, patch, escalate, bind]}""");
        Use(live.Cluster.PowerlessKubeconfigPath);

        var added = await RunAsync(Line);

        Assert.True(added.Exit == 0, added.Error);
        Assert.Contains("may not impersonate", added.Error, StringComparison.Ordinal);
        Assert.Null(added.Json["missing"]);
        Assert.Null(added.Json["subject"]);
    }

    [SkippableFact]
    public async Task Who_may_not_grant_the_roles_is_told_so_and_nothing_is_changed_or_registered()
    {
        await GrantAsync("""{apiGroups: ["*"], resources: ["*"], verbs: [get, list]}""");
        Use(live.Cluster.PowerlessKubeconfigPath);

        var added = await RunAsync(Line);

        Assert.Equal(1, added.Exit);
        Assert.Contains("403", added.Error, StringComparison.Ordinal);
        Assert.Contains("--print", added.Error, StringComparison.Ordinal);
        Assert.False(await ExistsAsync("clusterrole/holdfast-capture"));
        Assert.False(File.Exists(Registration));
    }

    [SkippableTheory]
    [InlineData("--context nowhere", "nowhere")]
    [InlineData("--kubeconfig nowhere", "nowhere")]
    public async Task What_can_not_be_opened_is_named_and_nothing_is_registered(string option, string word)
    {
        Use(live.Cluster.KubeconfigPath);

        var added = await RunAsync($"{Line} {option}");

        Assert.NotEqual(0, added.Exit);
        Assert.Contains(word, added.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Registration));
    }

    [SkippableFact]
    public async Task A_server_that_does_not_answer_is_named_and_nothing_is_registered()
    {
        var unreachable = Path.Combine(holdfast.Home, "unreachable");
        var text = await File.ReadAllTextAsync(live.Cluster.KubeconfigPath);
        await File.WriteAllTextAsync(
            unreachable,
            text.Replace(live.Cluster.Endpoint.Server.Authority, "127.0.0.1:1", StringComparison.Ordinal)
        );
        Use(unreachable);

        var added = await RunAsync(Line);

        Assert.NotEqual(0, added.Exit);
        Assert.Contains("127.0.0.1:1", added.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Registration));
    }

    [SkippableFact]
    public async Task Killed_between_two_manifests_and_started_again_it_does_the_rest()
    {
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        var reached = new TaskCompletionSource();
        proxy.Inject(
            Fault.Meanwhile(() =>
            {
                reached.TrySetResult();
                return Task.Delay(Timeout.Infinite);
            }),
            r =>
                r.Method == "PATCH"
                && r.Path.EndsWith("/clusterrolebindings/holdfast-capture", StringComparison.Ordinal)
                && !r.Query.Contains("dryRun", StringComparison.Ordinal)
        );
        Use(proxy.KubeconfigPath);
        using (var process = holdfast.Start(Line.Split(' ')))
        {
            process.StandardInput.Close();
            await reached.Task.WaitAsync(TimeSpan.FromMinutes(1));
            process.Kill();
            await process.WaitForExitAsync();
        }
        Assert.True(await ExistsAsync("clusterrole/holdfast-capture"));
        Assert.False(File.Exists(Registration));

        var again = await RunAsync(Line);

        Assert.True(again.Exit == 0, again.Error);
        var actions = again.Json["roles"]!.AsArray().ToDictionary(r => (string)r!["object"]!, r => (string)r!["action"]!);
        Assert.Equal("unchanged", actions["clusterroles.rbac.authorization.k8s.io/holdfast-capture"]);
        Assert.Equal("create", actions["clusterrolebindings.rbac.authorization.k8s.io/holdfast-capture"]);
        Assert.True(File.Exists(Registration));
    }

    public Task InitializeAsync() => DisposeAsync();

    /// <summary>The namespace stays: another test would find it terminating.</summary>
    public async Task DisposeAsync()
    {
        if (LiveClusterFixture.IsWanted)
            await live.Cluster.KubectlAsync([
                "delete",
                "--ignore-not-found",
                .. Roles.SelectMany(name => new[] { $"clusterrolebinding/{name}", $"clusterrole/{name}" }),
            ]);
    }

    public void Dispose() => holdfast.Dispose();

    private void Use(string kubeconfig) => holdfast.Variables["KUBECONFIG"] = kubeconfig;

    private Task<Finished> RunAsync(string line) => holdfast.RunAsync(line.Split(' '));

    private async Task<bool> ExistsAsync(string what) =>
        (await live.Cluster.KubectlAsync(["get", "--ignore-not-found", "-o", "name", what])).Trim().Length > 0;

    private async Task<string> SubjectAsync() =>
        (await live.Cluster.KubectlAsync(["get", "clusterrolebinding", "holdfast-capture", "-o", "jsonpath={.subjects[*].name}"])).Trim();

    /// <summary>Lets alice, who has no rights, do something everywhere.</summary>
    private async Task GrantAsync(string rule)
    {
        await live.Cluster.KubectlAsync(
            ["apply", "-f", "-"],
            $"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: {Granting}}}\nrules: [{rule}]\n"
        );
        await live.Cluster.KubectlAsync(["create", "clusterrolebinding", Granting, "--clusterrole", Granting, "--user", "alice"]);
        using var alice = new ClusterConnection(live.Cluster.PowerlessEndpoint, TimeProvider.System);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await new PermissionReview(alice).MayAsync("list", "", "secrets", patience.Token))
            await Task.Delay(20, patience.Token);
    }

    [GeneratedRegex(@"^```sh AdoptionTests\n(?<commands>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Block();
}
