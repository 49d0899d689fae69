using Holdfast.Restore.Outcomes;
using Holdfast.Restore.Planning;
using Holdfast.Restore.Tests.Rules;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>Every object that isn't restored, or not as it was, has its name in the plan and in the report.</summary>
public sealed class NamedInPlansTests
{
    private const string Shop = "{ apiVersion: v1, kind: Namespace, metadata: { name: shop, uid: n, resourceVersion: \"1\" } }";
    private const string Binding =
        "{ apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: { name: rb, namespace: shop, uid: u, "
        + "resourceVersion: \"1\" }, roleRef: { kind: ClusterRole, name: view } }";
    private const string Claim =
        "{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: data, namespace: shop }, spec: { volumeName: lost } }";
    private const string Finished =
        "{ apiVersion: batch/v1, kind: Job, metadata: { name: once, namespace: shop }, spec: {}, status: { conditions: [{ type: "
        + "Complete, status: 'True' }] } }";

    [Fact]
    public async Task A_refused_object_and_one_without_its_data_are_in_the_report_of_a_restore_that_is_not_complete()
    {
        var live = $"{Shop}\n---\n{Binding.Replace("view", "edit", StringComparison.Ordinal)}";
        var plan = await Plans.PlanAsync($"{Binding}\n---\n{Claim}", live, RuleCase.Plain with { Existing = ExistingPolicy.Replace });

        var report = Report(plan);

        Assert.False(report.Complete);
        Assert.Empty(report.Failures);
        Assert.Equal(["data", "rb"], report.Incomplete.Select(i => i.Name).Order(StringComparer.Ordinal));
        Assert.Contains("/roleRef", report.Incomplete.Single(i => i.Name == "rb").Reason, StringComparison.Ordinal);
        Assert.Contains("lost", report.Incomplete.Single(i => i.Name == "data").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_stopped_run_did_not_reach_is_in_its_report()
    {
        var plan = await Plans.PlanAsync(Binding, Shop);

        var report = RestoreReports.Of(plan, new([]), TimeSpan.Zero, ended: false);

        Assert.Equal((false, "rb"), (report.Complete, Assert.Single(report.Incomplete).Name));
    }

    [Fact]
    public async Task What_is_left_out_and_missing_in_the_target_is_marked_and_noted()
    {
        var missing = await Plans.PlanAsync(Finished, Shop);
        var there = await Plans.PlanAsync(Finished, $"{Shop}\n---\n{Finished}");

        Assert.True(Assert.Single(missing.Steps).Absent);
        Assert.Contains("once", Assert.Single(Report(missing).Notes), StringComparison.Ordinal);
        Assert.Null(Assert.Single(there.Steps).Absent);
        Assert.Empty(Report(there).Notes);
    }

    [Theory]
    [InlineData("job/once", "once")]
    [InlineData("service/once", "refused")]
    [InlineData("job/twice", "refused")]
    [InlineData("job/", "refused")]
    public async Task A_kind_may_name_one_object(string kind, string expected)
    {
        var request = RuleCase.Plain with
        {
            Finished = true,
            Selection = new() { Kinds = [kind] },
        };
        var point = $"{Finished}\n---\n{Finished.Replace("once", "other", StringComparison.Ordinal)}";

        if (expected == "refused")
            Assert.Equal(
                RestoreRefusal.BadRequest,
                (await Assert.ThrowsAsync<RestoreException>(() => Plans.PlanAsync(point, Shop, request))).Refusal
            );
        else
            Assert.Equal(expected, (await Plans.PlanAsync(point, Shop, request)).Steps.Single(s => s.Kind == "Job").Name);
    }

    [Fact]
    public void Warnings_of_one_shape_are_said_once_with_the_objects_names()
    {
        var warnings = new PlanWarnings();
        for (var i = 0; i < 8; i++)
            warnings.Add("persistentvolumeclaims", "shop", $"data-{i}", $"its volume pv-{i} doesn't come back");
        warnings.Add("persistentvolumeclaims", "shop", "scratch", $"another thing");

        Assert.Equal(
            [
                "persistentvolumeclaims/data-0, data-1, data-2, data-3, data-4 and 3 more in shop: its volume pv-... doesn't come back",
                "persistentvolumeclaims/scratch in shop: another thing",
            ],
            warnings.ToImmutable().ToArray()
        );
    }

    [Fact]
    public async Task Built_in_rbac_is_compared_when_it_is_asked_for_by_name()
    {
        const string point =
            "{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: { name: cluster-admin, uid: u, "
            + "resourceVersion: \"1\", labels: { kubernetes.io/bootstrapping: rbac-defaults } }, roleRef: { name: cluster-admin "
            + "}, subjects: [{ kind: Group, name: masters }, { kind: Group, name: admins }] }";
        var live = point
            .Replace(", { kind: Group, name: admins }", "", StringComparison.Ordinal)
            .Replace("\"1\"", "\"2\"", StringComparison.Ordinal);

        var plan = await Plans.PlanAsync(
            point,
            live,
            RuleCase.Plain with
            {
                Existing = ExistingPolicy.Replace,
                Selection = new() { Names = ["clusterrolebinding/cluster-admin"] },
            }
        );

        Assert.Equal(StepAction.Replace, Assert.Single(plan.Steps).Action);
    }

    /// <summary>As after a run that did everything as planned.</summary>
    private static RestoreReport Report(RestorePlan plan) =>
        RestoreReports.Of(
            plan,
            new(
                plan.Steps.Select(s =>
                    s.Action switch
                    {
                        StepAction.Create => new StepOutcome(s.Number, OutcomeKind.Created),
                        StepAction.Unchanged => new(s.Number, OutcomeKind.Unchanged),
                        _ => new(s.Number, OutcomeKind.Skipped),
                    }
                )
            ),
            TimeSpan.Zero
        );
}
