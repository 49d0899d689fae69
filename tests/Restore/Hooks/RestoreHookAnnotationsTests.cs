using Holdfast.Archive.Format;
using Holdfast.Control.Policies;
using Holdfast.Manifests;
using Holdfast.Restore.Hooks;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Hooks;

public sealed class RestoreHookAnnotationsTests
{
    private static readonly ManifestLocation Here = new(0, 0, 0, ContentDigest.Of([1]));

    [Fact]
    public void A_hook_of_holdfasts_waits_for_readiness_and_its_failure_counts()
    {
        var hook = Assert.Single(Read("post.hook.restore.holdfast.dev/command: '[\"psql\", \"-f\", \"/dump\"]'").Hooks);

        Assert.Equal(
            (RestoreHookKind.Exec, OnHookError.Fail, 30.0, 300.0, true, (string?)null),
            (hook.Kind, hook.OnError, hook.TimeoutSeconds, hook.WaitSeconds, hook.WaitsForReady, hook.Container)
        );
    }

    [Fact]
    public void Veleros_hook_continues_and_waits_for_a_running_container_only()
    {
        var found = Read(
            "post.hook.restore.velero.io/command: 'true', post.hook.restore.velero.io/container: db, "
                + "post.hook.restore.velero.io/exec-timeout: 45s, post.hook.restore.velero.io/wait-timeout: 2m"
        );

        var hook = Assert.Single(found.Hooks);
        Assert.Equal(
            (OnHookError.Continue, 45.0, 120.0, false, "db"),
            (hook.OnError, hook.TimeoutSeconds, hook.WaitSeconds, hook.WaitsForReady, hook.Container)
        );
    }

    [Fact]
    public void Holdfasts_hook_stands_in_the_place_of_veleros_of_the_same_kind()
    {
        var found = Read(
            "post.hook.restore.velero.io/command: 'false', post.hook.restore.holdfast.dev/command: 'true', "
                + "init.hook.restore.velero.io/container-image: prepare"
        );

        Assert.Equal([RestoreHookAnnotations.OwnExec, RestoreHookAnnotations.VeleroInit], found.Hooks.Select(h => h.Source));
    }

    [Theory]
    [InlineData("post.hook.restore.holdfast.dev/container: db", "post.hook.restore.holdfast.dev/command")]
    [InlineData("post.hook.restore.holdfast.dev/command: '[psql'", "post.hook.restore.holdfast.dev/command")]
    [InlineData(
        "post.hook.restore.holdfast.dev/command: a, post.hook.restore.holdfast.dev/container: dc",
        "post.hook.restore.holdfast.dev/container"
    )]
    [InlineData(
        "post.hook.restore.holdfast.dev/command: a, post.hook.restore.holdfast.dev/timeout: '30'",
        "post.hook.restore.holdfast.dev/timeout"
    )]
    [InlineData(
        "post.hook.restore.velero.io/command: a, post.hook.restore.velero.io/wait-timeout: 2h",
        "post.hook.restore.velero.io/wait-timeout"
    )]
    [InlineData(
        "post.hook.restore.velero.io/command: a, post.hook.restore.velero.io/on-error: Ignore",
        "post.hook.restore.velero.io/on-error"
    )]
    [InlineData(
        "post.hook.restore.velero.io/command: a, post.hook.restore.velero.io/wait-for-ready: soon",
        "post.hook.restore.velero.io/wait-for-ready"
    )]
    [InlineData("post.hook.restore.holdfast.dev/comand: a", "post.hook.restore.holdfast.dev/comand")]
    [InlineData("init.hook.restore.holdfast.dev/command: a", "init.hook.restore.holdfast.dev/container-image")]
    public void An_annotation_that_cant_be_used_is_named_and_no_hook_comes_of_it(string annotations, string named)
    {
        var found = Read(annotations);

        Assert.Empty(found.Hooks);
        Assert.Contains(named, found.Problems.Select(p => p.Annotation));
    }

    [Theory]
    [InlineData("pre.hook.holdfast.dev/command: a, post.hook.holdfast.dev/command: b")]
    [InlineData("pre.hook.backup.velero.io/command: a")]
    [InlineData("post.hook.restore.velero.io/container: db, init.hook.restore.velero.io/command: a")]
    public void Hooks_of_captures_and_parts_of_veleros_arent_restore_hooks(string annotations) => Assert.True(Read(annotations).IsEmpty);

    [Fact]
    public void An_init_container_comes_first_with_the_mounts_of_the_container_that_it_prepares()
    {
        var deployment = YamlManifests.ParseOne(
            """
            { kind: Deployment, spec: { template: { metadata: { annotations: { init.hook.restore.holdfast.dev/container-image: prepare,
              init.hook.restore.holdfast.dev/command: '["unpack", "/data"]', init.hook.restore.holdfast.dev/container: db } },
              spec: { initContainers: [{ name: own }], containers: [{ name: web },
              { name: db, volumeMounts: [{ name: v, mountPath: /data }] }] } } } }
            """
        );
        var template = deployment.Object("spec").Object("template");
        var hook = Assert.Single(RestoreHookAnnotations.Read(template, Here).Hooks);

        var created = InitContainers.With(deployment, KnownTypes.Deployments, hook, template);

        var containers = created.Object("spec").Object("template").Object("spec").Objects("initContainers").ToList();
        Assert.Equal(["holdfast-restore-init", "own"], containers.Select(c => c.Text("name")));
        Assert.Equal(
            """{"name":"holdfast-restore-init","image":"prepare","command":["unpack","/data"],"""
                + """
                "volumeMounts":[{"name":"v","mountPath":"/data"}]}
                """,
            containers[0].ToJsonString()
        );
        Assert.Equal(
            """{"spec":{"template":{"spec":{"initContainers":[{"name":"own"}]}}}}""",
            InitContainers.Without(created, KnownTypes.Deployments, hook)!.ToJsonString()
        );
        Assert.Null(InitContainers.Without(deployment, KnownTypes.Deployments, hook));
    }

    private static FoundHooks Read(string annotations) =>
        RestoreHookAnnotations.Read(
            YamlManifests.ParseOne(
                $"{{ metadata: {{ annotations: {{ {annotations} }} }}, spec: {{ containers: [{{ name: web }}, {{ name: db }}] }} }}"
            ),
            Here
        );
}
