using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.PlanDocuments;
using Holdfast.Restore.Tests.Planning;

namespace Holdfast.Restore.Tests.PlanDocuments;

/// <summary>Plans that a service keeps where others can write.</summary>
public sealed class PlanKeyTests
{
    private const string Point = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: shop }, data: { k: v } }";
    private const string Live = "{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }";

    private static readonly PlanKey Mine = PlanKey.Of("a secret of the service, long enough");

    private readonly MemoryDocuments control = new();

    [Fact]
    public async Task A_plan_is_read_back_by_every_holder_of_the_key()
    {
        var kept = await Documents("runs/a/").StorePlanAsync(await PlanAsync(), default);

        var read = await new ControlJournal(control, "runs/a/", PlanKey.Of("a secret of the service, long enough")).ReadPlanAsync(default);

        Assert.Equal(kept.Digest, read!.Digest);
        Assert.Equal(kept.Digest, PlanDocument.Digest(await PlanAsync()));
    }

    [Fact]
    public async Task One_that_was_changed_with_its_digest_made_again_is_refused()
    {
        var kept = await Documents("runs/a/").StorePlanAsync(await PlanAsync(), default);
        await control.PutAsync(
            "runs/a/plan.json",
            PlanDocument.Write(PlanDocument.Kept(kept with { TargetUid = ClusterUid.Parse("another") })),
            default
        );

        await RefusedAsync(Documents("runs/a/"));
    }

    [Fact]
    public async Task One_that_was_put_there_without_a_binding_is_refused()
    {
        await new ControlJournal(control, "runs/a/").StorePlanAsync(await PlanAsync(), default);

        await RefusedAsync(Documents("runs/a/"));
    }

    [Fact]
    public async Task One_of_another_run_or_another_service_is_refused()
    {
        await Documents("runs/a/").StorePlanAsync(await PlanAsync(), default);
        await control.CreateAsync("runs/b/plan.json", (await control.ReadAsync("runs/a/plan.json", default))!.Content, default);

        await RefusedAsync(Documents("runs/b/"));
        await RefusedAsync(new(control, "runs/a/", PlanKey.Of("the secret of another service, long")));
    }

    [Fact]
    public async Task Without_a_key_a_service_keeps_no_plan_and_says_what_to_set()
    {
        var none = new ControlJournal(control, "runs/a/", PlanKey.Missing("set HOLDFAST_PLAN_KEY"));

        var failure = await Assert.ThrowsAsync<RestoreException>(async () => await none.StorePlanAsync(await PlanAsync(), default));

        Assert.Contains("HOLDFAST_PLAN_KEY", failure.Message);
        Assert.Null(await control.ReadAsync("runs/a/plan.json", default));
    }

    [Fact]
    public void A_secret_that_can_be_guessed_is_no_key_and_is_not_quoted() =>
        Assert.DoesNotContain("hunter2", Assert.Throws<FormatException>(() => PlanKey.Of("hunter2")).Message);

    private static async Task RefusedAsync(ControlJournal documents) =>
        Assert.Equal(RestoreRefusal.BadPlan, (await Assert.ThrowsAsync<RestoreException>(() => documents.ReadPlanAsync(default))).Refusal);

    private ControlJournal Documents(string folder) => new(control, folder, Mine);

    private static Task<RestorePlan> PlanAsync() => Plans.PlanAsync(Point, Live);
}
