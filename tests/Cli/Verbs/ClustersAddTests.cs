using Holdfast.Archive.Format;
using Holdfast.Cli.Tests.Running;
using Holdfast.Control;
using Holdfast.Control.Auditing;
using Holdfast.Control.Documents;
using Holdfast.Simulator;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>Registering clusters with the service of this machine, and with one elsewhere.</summary>
public sealed class ClustersAddTests : IAsyncLifetime
{
    private const string Secret = "https://acme.vault.azure.net/secrets/prod-token";
    private Workbench bench = null!;

    private string Own => Path.Combine(bench.Holdfast.Home, "state", "holdfast", "app", "control");

    private FolderDocuments Control => new(Own, TimeProvider.System);

    public async Task InitializeAsync() => bench = await Workbench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task For_the_local_service_the_contexts_own_user_is_registered_and_what_to_do_next_is_said()
    {
        var run = await bench.RunAsync("clusters add prod --label env=prod --capture -o json");

        Assert.True(run.Exit == 0, run.Error);
        var kubeconfig = bench.Holdfast.Variables["KUBECONFIG"];
        var kept = (await new ControlDocuments(Control).ReadClusterAsync(ClusterName.Parse("prod"), default))!.Document!;
        Assert.Equal((kubeconfig, "prod"), (kept.Authentication.Kubeconfig!.Path, kept.Labels["env"]));
        Assert.Equal(
            ("created", Own, "Succeeded"),
            ((string?)run.Json["registration"], (string?)run.Json["control"], (string?)run.Json["pointState"])
        );
        Assert.Empty(run.Json["missing"]!.AsArray());
        var next = string.Join('\n', run.Json["next"]!.AsArray());
        Assert.Contains(
            $"HOLDFAST_CREDENTIAL_FOLDERS={Path.GetDirectoryName(kubeconfig)} HOLDFAST_ALLOW_LOCAL_ENDPOINTS=true holdfast serve",
            next
        );
        Assert.Contains("policies add nightly --clusters prod", next);
        Assert.Equal((string?)run.Json["point"], (string?)(await bench.RunAsync("points --cluster prod -o json")).Json[0]!["point"]);
    }

    [Fact]
    public async Task Added_again_it_is_unchanged_and_another_registration_is_not_overwritten()
    {
        Assert.Equal(0, (await bench.RunAsync("clusters add prod")).Exit);

        var again = await bench.RunAsync("clusters add prod -o json");
        var other = await bench.RunAsync("clusters add prod --label env=test");
        var replaced = await bench.RunAsync("clusters add prod --label env=test --replace -o json");

        Assert.Equal((0, "unchanged"), (again.Exit, (string?)again.Json["registration"]));
        Assert.Equal(2, other.Exit);
        Assert.Contains("--replace", other.Error);
        Assert.Equal((0, "replaced"), (replaced.Exit, (string?)replaced.Json["registration"]));
        var now = TimeProvider.System.GetUtcNow();
        var audit = await new AuditLog(Control).ListAsync(now.AddHours(-1), now.AddHours(1), null, 10, default);
        Assert.Equal(["replaced", "created"], audit.Items.Select(a => a.Record!.Detail!.Split(' ')[0]));
    }

    [Fact]
    public async Task A_registration_never_holds_the_contexts_credentials()
    {
        var run = await bench.RunAsync($"clusters add prod --sign-in {Secret} --control {Folder()} -o json");

        Assert.True(run.Exit is 0 or 3, run.Error);
        var text = await File.ReadAllTextAsync(Path.Combine(Folder(), "clusters", "prod.json"));
        Assert.DoesNotContain(bench.Cluster.Token, text, StringComparison.Ordinal);
        Assert.Contains("\"secret\": \"prod-token\"", text, StringComparison.Ordinal);
        Assert.Contains("az keyvault secret set --vault-name acme --name prod-token", string.Join('\n', run.Json["next"]!.AsArray()));
    }

    [Fact]
    public async Task The_printed_manifests_bind_every_role_to_the_subject()
    {
        var run = await bench.RunAsync("clusters add prod --print --for capture,hooks,files,restore --subject group:0f-1");

        Assert.Equal(0, run.Exit);
        var bindings = YamlManifests.Parse(run.Out).Where(m => ((string)m["kind"]!).EndsWith("Binding", StringComparison.Ordinal)).ToList();
        Assert.Equal(6, bindings.Count);
        Assert.All(
            bindings,
            b => Assert.Equal(("Group", "0f-1"), ((string?)b["subjects"]![0]!["kind"], (string?)b["subjects"]![0]!["name"]))
        );
        Assert.DoesNotContain(YamlManifests.Parse(run.Out), m => (string?)m["kind"] == "ServiceAccount");
        Assert.False(Directory.Exists(Own));
    }

    [Fact]
    public async Task Applied_roles_are_in_the_cluster_and_a_second_time_nothing_changes()
    {
        const string Line = "clusters add prod --sign-in " + Secret + " --apply --yes -o json";

        var first = await bench.RunAsync(Line);
        var second = await bench.RunAsync(Line);

        Assert.True(first.Exit == 0, first.Error);
        Assert.Equal(["create"], first.Json["roles"]!.AsArray().Select(r => (string?)r!["action"]).Distinct());
        Assert.Equal(["unchanged"], second.Json["roles"]!.AsArray().Select(r => (string?)r!["action"]).Distinct());
        var binding = await bench.GetAsync("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/holdfast-capture");
        Assert.Equal("holdfast-capture", (string?)binding!["subjects"]![0]!["name"]);
    }

    [Fact]
    public async Task A_role_that_differs_is_shown_with_its_fields_before_it_is_changed()
    {
        await bench.RunAsync($"clusters add prod --sign-in {Secret} --apply --yes");
        await bench.PatchAsync(
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/holdfast-capture",
            """{"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"eve"}]}"""
        );

        var asked = await bench.RunAsync($"clusters add prod --sign-in {Secret} --apply");

        Assert.Equal(2, asked.Exit);
        Assert.Contains("update clusterrolebindings.rbac.authorization.k8s.io/holdfast-capture", asked.Error);
        Assert.Contains("eve", asked.Error);
        var binding = await bench.GetAsync("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/holdfast-capture");
        Assert.Equal("eve", (string?)binding!["subjects"]![0]!["name"]);
    }

    [Fact]
    public async Task Missing_permissions_are_named_and_the_cluster_is_registered()
    {
        bench.Cluster.Deny("secrets", "list");

        var run = await bench.RunAsync("clusters add prod -o json");

        Assert.Equal(3, run.Exit);
        Assert.Equal("secrets", (string?)run.Json["missing"]![0]!["resource"]);
        Assert.True(File.Exists(Path.Combine(Own, "clusters", "prod.json")));
    }

    [Fact]
    public async Task Another_cluster_under_a_name_that_has_points_is_refused()
    {
        Assert.Equal(0, (await bench.RunAsync("capture --cluster prod")).Exit);
        await using var other = await SimulatedCluster.StartAsync(new(), CancellationToken.None);
        var kubeconfig = bench.WriteKubeconfig("other", other);

        var refused = await bench.RunAsync($"clusters add prod --kubeconfig {kubeconfig}");
        var again = await bench.RunAsync($"clusters add prod --kubeconfig {kubeconfig} --new-incarnation --capture");

        Assert.Equal(2, refused.Exit);
        Assert.Contains("--new-incarnation", refused.Error);
        Assert.True(again.Exit == 0, again.Error);
    }

    [Fact]
    public async Task Without_a_check_nothing_is_asked_of_the_cluster()
    {
        bench.Cluster.Deny("namespaces", "get");

        var run = await bench.RunAsync($"clusters add prod --sign-in {Secret} --no-check -o json");

        Assert.Equal(0, run.Exit);
        Assert.Null(run.Json["missing"]);
        Assert.Null(run.Json["clusterUid"]);
    }

    [Theory]
    [InlineData("clusters add Prod", "'Prod'")]
    [InlineData("clusters add prod --cluster prod", "leave out --cluster")]
    [InlineData("clusters add prod --for captures", "'captures'")]
    [InlineData("clusters add prod --subject alice", "serviceaccount:NAMESPACE/NAME")]
    [InlineData("clusters add prod --sign-in magic", "'magic'")]
    [InlineData("clusters add prod --sign-in aks", "--aks-id")]
    [InlineData("clusters add prod --sign-in https://acme.vault.azure.net/keys/k", "secret of a Key Vault")]
    [InlineData("clusters add prod --sign-in entra --client-id x", "clientId")]
    [InlineData("clusters add prod --label env", "KEY=VALUE")]
    [InlineData("clusters add prod --apply", "--subject")]
    [InlineData("clusters add prod --no-check --capture", "--capture")]
    [InlineData("clusters add prod --control https://acme.blob.core.windows.net/control", "--sign-in")]
    public async Task What_can_not_be_registered_is_refused_with_what_to_do(string line, string words)
    {
        var run = await bench.RunAsync(line);

        Assert.Equal(2, run.Exit);
        Assert.Contains(words, run.Error);
        Assert.False(File.Exists(Path.Combine(Own, "clusters", "prod.json")));
    }

    [Fact]
    public async Task A_registration_in_use_is_removed_by_force_only_and_its_points_stay()
    {
        Assert.Equal(0, (await bench.RunAsync("clusters add prod --capture")).Exit);
        Assert.Equal(
            0,
            (await bench.Holdfast.RunAsync("policies", "add", "nightly", "--clusters", "prod", "--schedule", "30 2 * * *")).Exit
        );

        var refused = await bench.RunAsync("clusters remove prod");
        var removed = await bench.RunAsync("clusters remove prod --force");

        Assert.Equal(1, refused.Exit);
        Assert.Contains("the policy nightly names it", refused.Error);
        Assert.Equal(0, removed.Exit);
        Assert.Equal(1, (await bench.RunAsync("clusters show prod")).Exit);
        Assert.Single((await bench.RunAsync("points --cluster prod -o json")).Json.AsArray());
    }

    [Fact]
    public async Task What_is_shown_can_be_edited_and_applied_again()
    {
        Assert.Equal(0, (await bench.RunAsync("clusters add prod")).Exit);
        var file = Path.Combine(bench.Holdfast.Home, "prod.yaml");
        await File.WriteAllTextAsync(file, (await bench.RunAsync("clusters show prod -o yaml")).Out);

        var same = await bench.RunAsync($"clusters apply -f {file} -o json");
        await File.WriteAllTextAsync(
            file,
            (await File.ReadAllTextAsync(file)).Replace("labels: {}", "labels: {env: prod}", StringComparison.Ordinal)
        );
        var edited = await bench.RunAsync($"clusters apply -f {file} -o json");
        var list = await bench.RunAsync("clusters list -o json");

        Assert.Equal("unchanged", (string?)same.Json[0]!["result"]);
        Assert.True(edited.Exit == 0, edited.Error);
        Assert.Equal("replaced", (string?)edited.Json[0]!["result"]);
        Assert.Equal("prod", (string?)list.Json[0]!["labels"]!["env"]);
    }

    private string Folder() => Directory.CreateDirectory(Path.Combine(bench.Holdfast.Home, "control")).FullName;
}
