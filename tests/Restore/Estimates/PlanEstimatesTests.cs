using Holdfast.Manifests;
using Holdfast.Restore.Estimates;
using Holdfast.TestKit.Restore;

namespace Holdfast.Restore.Tests.Estimates;

public sealed class PlanEstimatesTests
{
    [Fact]
    public async Task Twenty_thousand_creates_take_what_was_measured_at_least()
    {
        var estimate = PlanEstimates.Of(await PlanAsync(Steps(StepAction.Create, 20_000)));

        Assert.Equal(20_000, estimate.Writes);
        Assert.InRange(estimate.LeastSeconds, 10, 11);
        Assert.InRange(estimate.MostSeconds, 60, 65);
    }

    [Theory]
    [InlineData(StepAction.Create, 1)]
    [InlineData(StepAction.Delete, 1)]
    [InlineData(StepAction.Update, 2)]
    [InlineData(StepAction.Replace, 2)]
    [InlineData(StepAction.Recreate, 3)]
    [InlineData(StepAction.Unchanged, 0)]
    [InlineData(StepAction.Skip, 0)]
    public async Task Each_action_counts_its_requests(StepAction action, int requests) =>
        Assert.Equal(requests, PlanEstimates.Of(await PlanAsync(Steps(action, 320))).MostSeconds);

    [Fact]
    public async Task Definitions_cost_more_than_a_request_and_stages_stand_alone()
    {
        var definition = Steps(StepAction.Create, 1)[0] with
        {
            Resource = KnownTypes.CustomResourceDefinitions,
            Stage = RestoreStage.CustomResourceDefinitions,
        };

        var estimate = PlanEstimates.Of(await PlanAsync([definition, .. Steps(StepAction.Create, 320)]));

        Assert.Equal([RestoreStage.CustomResourceDefinitions, RestoreStage.Configuration], estimate.Stages.Select(s => s.Stage).ToArray());
        Assert.Equal([0.08, 0.17], estimate.Stages.Select(s => s.LeastSeconds).ToArray());
        Assert.Equal([0.56, 1], estimate.Stages.Select(s => s.MostSeconds).ToArray());
        Assert.Equal((0.25, 1.56), (estimate.LeastSeconds, estimate.MostSeconds));
    }

    [Fact]
    public async Task What_is_not_included_is_named()
    {
        var claim = Steps(StepAction.Create, 1)[0] with
        {
            Volume = new(ClaimSource.Files) { Files = new("restic", new("https://vault/r"), "s", 3L << 30) },
        };

        var estimate = PlanEstimates.Of(await PlanAsync([claim, claim with { Action = StepAction.Unchanged }]));

        Assert.Equal(["reading 3.0 GiB of files into 1 volume", "the time until workloads are ready"], estimate.NotIncluded.ToArray());
    }

    [Fact]
    public async Task A_plan_that_waits_says_for_how_long_at_most()
    {
        var plan = await PlanAsync(Steps(StepAction.Create, 1));
        var waiting = plan with { Request = plan.Request with { WaitSeconds = 600 } };

        Assert.Equal(["waiting until all is ready, 10 minutes at most"], PlanEstimates.Of(waiting).NotIncluded.ToArray());
    }

    private static List<RestoreStep> Steps(StepAction action, int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(n => new RestoreStep
                {
                    Number = n,
                    Stage = RestoreStage.Configuration,
                    Action = action,
                    Resource = KnownTypes.ConfigMaps,
                    ApiVersion = "v1",
                    Kind = "ConfigMap",
                    Namespace = "shop",
                    Name = $"c-{n}",
                    Reason = "",
                }),
        ];

    private static async Task<RestorePlan> PlanAsync(IEnumerable<RestoreStep> steps)
    {
        var sample = new SampleRestore();
        var plan = await sample.PlanAsync(await sample.WriteAsync(), sample.ClusterUid);
        return plan with { Steps = [.. steps] };
    }
}
