using Holdfast.Clusters.Writing;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>The roles of infra/kubernetes on a real API server: each operation with its own roles, and with no others.</summary>
[Collection(AuditedClusterCollection.Name)]
public sealed class RoleUseTests(AuditedClusterFixture audited)
{
    [SkippableFact]
    public async Task A_capture_works_with_the_role_for_captures_and_a_restore_is_refused_with_the_rights_and_the_role_that_it_lacks()
    {
        var use = await audited.UseAsync();

        AssertSucceeded(use.Reports["capture"]);
        var refused = use.Reports["refused"];
        Assert.Equal((RunState.Failed, "MissingRights"), (refused.State, refused.Failure!.Code));
        Assert.Contains("create configmaps in narrow", refused.Failure.Message, StringComparison.Ordinal);
        Assert.Contains("holdfast-restore", refused.Failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(use.By(RoleAccount.Capture), r => r.Verb is "update" or "patch" or "delete");
    }

    public static TheoryData<string> Restores =>
        [
            .. new[] { RoleAccount.Restore, RoleAccount.Narrowed }.SelectMany(account =>
                new[] { "create", "update", "replace", "rollback" }.Select(how => $"{account.Name} {how}")
            ),
        ];

    [SkippableTheory]
    [MemberData(nameof(Restores))]
    public async Task A_restore_works_with_its_role(string restore) => AssertSucceeded((await audited.UseAsync()).Reports[restore]);

    [SkippableFact]
    public async Task Snapshots_are_made_and_those_of_purged_points_deleted_with_the_role_for_snapshots()
    {
        var use = await audited.UseAsync();

        AssertSucceeded(use.Reports["snapshots"]);
        Assert.Empty(use.PurgeProblems);
    }

    [SkippableFact]
    public async Task Commands_run_with_the_role_for_hooks()
    {
        var use = await audited.UseAsync();
        Skip.IfNot(use.RanHooks, "this API server runs no commands here");

        AssertSucceeded(use.Reports["hooks"]);
        Assert.Equal(0, Assert.Single(use.Reports["hooks"].Hooks!.Value).ExitCode);
    }

    [SkippableFact]
    public async Task Files_are_exported_with_the_role_for_files_and_a_mover_without_its_image_is_given_up()
    {
        var use = await audited.UseAsync();
        Skip.IfNot(use.RanFiles, "there is no restic here");

        AssertSucceeded(use.Reports["files"]);
        Assert.Equal(RunState.Partial, use.Reports["files without an image"].State);
        Assert.Contains(
            use.Reports["files without an image"].Capture!.Gaps,
            g => g.Reason.Contains("ImagePullBackOff", StringComparison.Ordinal)
        );
    }

    /// <summary>What a role grants beyond its writer's own rights, and a binding to one, in the whole cluster and in a namespace.</summary>
    [SkippableFact]
    public async Task Roles_and_bindings_are_written_only_with_escalate_and_bind()
    {
        await audited.UseAsync();
        using var grants = new RoleGrants(audited.Cluster);
        var writer = RoleAccount.Restore.Without("writing", rule => rule.Verbs.Contains("escalate"));
        foreach (var bound in writer.Roles)
            await grants.CreateAsync(bound.Role);
        await grants.BindAsync(writer);
        using var with = await grants.SignInAsync(RoleAccount.Restore);
        using var without = await grants.SignInAsync(writer);

        foreach (var (type, ns, manifest) in RoleWrites.All)
        {
            Assert.Equal(WriteStatus.Done, await RoleWrites.TryAsync(with, type, ns, manifest));
            Assert.Equal(WriteStatus.Forbidden, await RoleWrites.TryAsync(without, type, ns, manifest));
        }
    }

    private static void AssertSucceeded(RunReport report) =>
        Assert.True(
            report.State == RunState.Succeeded,
            $"{report.Failure} {string.Join("; ", report.Capture?.Gaps ?? [])} {string.Join("; ", report.Restore?.Failures ?? [])}"
        );
}
