using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Control.Policies;
using Holdfast.Volumes.Hooks;

namespace Holdfast.Volumes.Tests.Hooks;

public sealed class HookRulesTests
{
    private static readonly HookRules NoPolicy = new(null);

    private static readonly PolicyHook Freeze = new("freeze")
    {
        Pre = [new(["sync"])],
        Post =
        [
            new(["thaw"])
            {
                Container = "db",
                TimeoutSeconds = 60,
                OnError = OnHookError.Continue,
            },
        ],
    };

    [Fact]
    public void Hooks_of_a_request_run_after_those_of_the_policy_and_say_where_they_are_from()
    {
        var read = RequestedHooks.Read("""{"version":1,"hooks":[{"name":"flush","pre":[{"command":["flush"]}]}]}"""u8.ToArray());

        var hooks = new HookRules([Freeze, .. read.Document!.Hooks]).For(Pod())!;

        Assert.Equal(["policy hook freeze", "hook flush of the request"], hooks.Pre.Select(h => h.Source));
    }

    [Theory]
    [InlineData("pre.hook.holdfast.dev/")]
    [InlineData("pre.hook.backup.velero.io/")]
    [InlineData("hook.backup.velero.io/")]
    public void Annotations_give_a_pre_hook(string prefix)
    {
        var hooks = NoPolicy.For(
            Pod(
                (prefix + "command", """["/bin/sh", "-c", "echo a; echo a", ""]"""),
                (prefix + "container", "db"),
                (prefix + "on-error", "Continue"),
                (prefix + "timeout", "1m30s")
            )
        )!;

        var spec = Assert.Single(hooks.Pre);
        Assert.Equal(["/bin/sh", "-c", "echo a; echo a", ""], spec.Command.ToArray());
        Assert.Equal(("db", TimeSpan.FromSeconds(90), OnHookError.Continue), (spec.Container, spec.Timeout, spec.OnError));
        Assert.Equal($"annotation {prefix}command", spec.Source);
        Assert.Empty(hooks.Post);
        Assert.Empty(hooks.Faults);
    }

    [Theory]
    [InlineData("post.hook.holdfast.dev/")]
    [InlineData("post.hook.backup.velero.io/")]
    public void Annotations_give_a_post_hook_with_the_documented_defaults(string prefix)
    {
        var hooks = NoPolicy.For(Pod((prefix + "command", "/bin/thaw --now")))!;

        var spec = Assert.Single(hooks.Post);
        Assert.Equal(["/bin/thaw --now"], spec.Command.ToArray());
        Assert.Equal(("app", TimeSpan.FromSeconds(30), OnHookError.Fail), (spec.Container, spec.Timeout, spec.OnError));
        Assert.Empty(hooks.Pre);
    }

    [Fact]
    public void Holdfasts_annotations_come_before_Veleros_for_each_phase()
    {
        var hooks = NoPolicy.For(
            Pod(
                ("pre.hook.holdfast.dev/command", "ours"),
                ("pre.hook.backup.velero.io/command", "theirs"),
                ("post.hook.backup.velero.io/command", "theirs")
            )
        )!;

        Assert.Equal("ours", hooks.Pre.Single().Command.Single());
        Assert.Equal("theirs", hooks.Post.Single().Command.Single());
    }

    [Fact]
    public void A_pods_annotations_take_the_policys_place_for_their_phase_only()
    {
        var hooks = new HookRules([Freeze]).For(Pod(("pre.hook.backup.velero.io/command", "own")))!;

        Assert.Equal("own", hooks.Pre.Single().Command.Single());
        Assert.Equal(("policy hook freeze", "thaw"), (hooks.Post.Single().Source, hooks.Post.Single().Command.Single()));
    }

    [Fact]
    public void A_policys_hooks_apply_by_namespace_and_label_in_their_order()
    {
        var rules = new HookRules([
            new("other") { Namespaces = ["bank"], Pre = [new(["no"])] },
            new("first") { Namespaces = ["bank", "shop"], Pre = [new(["1"]), new(["2"])] },
            new("labelled") { LabelSelector = "tier=web", Pre = [new(["no"])] },
            new("second") { LabelSelector = "tier in (db,cache)", Pre = [new(["3"]) { Container = "db", TimeoutSeconds = 5 }] },
        ]);

        var hooks = rules.For(Pod() with { Labels = new JsonObject { ["tier"] = "db" } })!;

        Assert.Equal(["1", "2", "3"], hooks.Pre.Select(s => s.Command.Single()));
        Assert.Equal(["app", "app", "db"], hooks.Pre.Select(s => s.Container));
        Assert.Equal(TimeSpan.FromSeconds(5), hooks.Pre[^1].Timeout);
    }

    [Fact]
    public void A_pod_without_hooks_or_not_running_is_left_alone()
    {
        Assert.Null(NoPolicy.For(Pod(("other", "x"), ("holdfast.dev/hook-order", "x"))));
        Assert.Null(new HookRules([Freeze]).For(Pod() with { IsRunning = false }));
        // Velero: without a command there is no hook.
        Assert.Null(NoPolicy.For(Pod(("pre.hook.backup.velero.io/container", "app"), ("pre.hook.backup.velero.io/command", ""))));
    }

    [Theory]
    [InlineData("command", "[\"a\"", "JSON array")]
    [InlineData("command", "[]", "JSON array")]
    [InlineData("command", "[\"\"]", "JSON array")]
    [InlineData("command", "[1]", "JSON array")]
    [InlineData("container", "bd", "'db'")]
    [InlineData("on-error", "continue", "Continue")]
    [InlineData("timeout", "300", "30s")]
    [InlineData("timeout", "0s", "30s")]
    [InlineData("timeout", "11m", "10 minutes")]
    [InlineData("timeout", "-5s", "30s")]
    public void A_malformed_annotation_is_a_fault_by_its_name(string member, string value, string said)
    {
        foreach (var prefix in new[] { "pre.hook.holdfast.dev/", "post.hook.holdfast.dev/", "pre.hook.backup.velero.io/" })
        {
            var annotations = new Dictionary<string, string> { [prefix + "command"] = "sync", [prefix + member] = value };

            var hooks = NoPolicy.For(Pod([.. annotations.Select(a => (a.Key, a.Value))]))!;

            var fault = Assert.Single(hooks.Faults);
            Assert.Equal(($"annotation {prefix}{member}", OnHookError.Fail), (fault.Source, fault.OnError));
            Assert.Contains(said, fault.Why);
        }
    }

    [Fact]
    public void An_unknown_or_missing_member_of_Holdfasts_annotations_is_a_fault()
    {
        var hooks = NoPolicy.For(Pod(("pre.hook.holdfast.dev/comand", "sync"), ("pre.hook.holdfast.dev/on-error", "Continue")))!;

        Assert.Equal(
            ["annotation pre.hook.holdfast.dev/comand", "annotation pre.hook.holdfast.dev/command"],
            hooks.Faults.Select(f => f.Source)
        );
        Assert.Contains("'command'", hooks.Faults[0].Why);
        Assert.All(hooks.Faults, f => Assert.Equal(OnHookError.Continue, f.OnError));
    }

    [Fact]
    public void A_policys_container_that_a_pod_does_not_have_is_a_fault()
    {
        var hooks = new HookRules([Freeze]).For(Pod() with { Containers = ["app"] })!;

        var fault = Assert.Single(hooks.Faults);
        Assert.Equal((HookPhase.Post, "policy hook freeze", OnHookError.Continue), (fault.Phase, fault.Source, fault.OnError));
    }

    [Theory]
    [InlineData("10", 10, 0)]
    [InlineData("-3", -3, 0)]
    [InlineData("first", 0, 1)]
    [InlineData("1.5", 0, 1)]
    public void The_order_is_a_whole_number(string value, int order, int faults)
    {
        var hooks = NoPolicy.For(Pod(("pre.hook.holdfast.dev/command", "sync"), ("holdfast.dev/hook-order", value)))!;

        Assert.Equal((order, faults), (hooks.Order, hooks.Faults.Length));
    }

    [Fact]
    public void A_pod_is_read_from_its_manifest()
    {
        var pod = HookPod.Parse(
            """
            { "metadata": { "namespace": "shop", "name": "db-0", "labels": { "app": "db" },
                "annotations": { "kubectl.kubernetes.io/default-container": "db", "a": "b" } },
              "spec": { "initContainers": [ { "name": "setup" }, { "name": "proxy", "restartPolicy": "Always" } ],
                "containers": [ { "name": "app" }, { "name": "db" } ] },
              "status": { "phase": "Running" } }
            """u8
        );

        Assert.Equal(("shop", "db-0", "db", true), (pod.Namespace, pod.Name, pod.DefaultContainer, pod.IsRunning));
        Assert.Equal(["app", "db", "proxy"], pod.Containers.ToArray());
        Assert.Equal("b", pod.Annotations["a"]);
        Assert.Equal(
            "app",
            (pod with { Annotations = pod.Annotations.SetItem("kubectl.kubernetes.io/default-container", "x") }).DefaultContainer
        );
    }

    [Theory]
    [InlineData("""{ "status": { "phase": "Pending" } }""")]
    [InlineData("""{ "metadata": { "deletionTimestamp": "2026-01-01T00:00:00Z" }, "status": { "phase": "Running" } }""")]
    [InlineData("{}")]
    public void A_pod_that_is_not_running_or_is_being_deleted_has_no_hooks(string manifest) =>
        Assert.False(HookPod.Parse(Encoding.UTF8.GetBytes(manifest)).IsRunning);

    private static HookPod Pod(params (string Key, string Value)[] annotations) =>
        new()
        {
            Namespace = "shop",
            Name = "db-0",
            Containers = ["app", "db"],
            Annotations = annotations.ToImmutableDictionary(a => a.Key, a => a.Value),
        };
}
