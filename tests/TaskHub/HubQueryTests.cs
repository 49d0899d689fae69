using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Holdfast.TaskHub.Tests;

public sealed class HubQueryTests : HubTest
{
    private readonly HubRig rig = new();

    public HubQueryTests() =>
        rig
            .Registry.AddOrchestratorFunc<int, int>(
                "Echo",
                (_, n) => n < 0 ? throw new InvalidDataException("negative") : Task.FromResult(n)
            )
            .AddOrchestratorFunc<int, int>("Wait", (context, _) => context.WaitForExternalEvent<int>("Go"));

    public override ValueTask DisposeAsync() => rig.DisposeAsync();

    private async Task<List<OrchestrationMetadata>> AllAsync(OrchestrationQuery query)
    {
        var found = new List<OrchestrationMetadata>();
        await foreach (var instance in rig.Client.GetAllInstancesAsync(query).WithCancellation(rig.Cancellation))
            found.Add(instance);
        return found;
    }

    private async Task<string[]> IdsAsync(OrchestrationQuery query) =>
        [.. (await AllAsync(query)).Select(i => i.InstanceId).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Instances_are_found_by_status()
    {
        await rig.StartAsync();
        await rig.RunAsync("Echo", 1, "done");
        await rig.RunAsync("Echo", -1, "failed");
        await rig.StartInstanceAsync("Wait", "waits");
        await rig.UntilRunningAsync("waits");

        Assert.Equal(["done", "failed", "waits"], await IdsAsync(new()));
        Assert.Equal(["waits"], await IdsAsync(new() { Statuses = [OrchestrationRuntimeStatus.Running] }));
        Assert.Equal(
            ["done", "failed"],
            await IdsAsync(new() { Statuses = [OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Completed] })
        );
        Assert.Empty(await IdsAsync(new() { Statuses = [OrchestrationRuntimeStatus.Terminated] }));
    }

    [Fact]
    public async Task Instances_are_found_by_the_time_of_their_creation_and_by_the_beginning_of_their_id()
    {
        await rig.StartAsync();
        var noon = rig.Time.GetUtcNow();
        foreach (var id in (string[])["capture-a", "capture-b", "restore-a"])
        {
            await rig.RunAsync("Echo", 1, id);
            rig.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(["capture-a", "capture-b"], await IdsAsync(new() { InstanceIdPrefix = "capture-" }));
        Assert.Equal(["capture-b", "restore-a"], await IdsAsync(new() { CreatedFrom = noon.AddMinutes(1) }));
        Assert.Equal(["capture-a", "capture-b"], await IdsAsync(new() { CreatedTo = noon.AddMinutes(1) }));
        Assert.Equal(
            ["capture-b"],
            await IdsAsync(
                new()
                {
                    CreatedFrom = noon.AddMinutes(0.5),
                    CreatedTo = noon.AddMinutes(1.5),
                    InstanceIdPrefix = "cap",
                }
            )
        );
        Assert.Empty(await IdsAsync(new() { InstanceIdPrefix = "Capture" }));
    }

    [Fact]
    public async Task Inputs_and_outputs_come_only_when_asked_for()
    {
        await rig.StartAsync();
        await rig.RunAsync("Echo", 5);

        Assert.Equal((null, null), ((await AllAsync(new()))[0].SerializedInput, (await AllAsync(new()))[0].SerializedOutput));
        var full = (await AllAsync(new() { FetchInputsAndOutputs = true }))[0];
        Assert.Equal(("5", "5", "Echo"), (full.SerializedInput, full.SerializedOutput, full.Name));
    }

    [Fact]
    public async Task More_than_a_page_of_instances_come_each_once()
    {
        await rig.StartAsync();
        for (var n = 0; n < 450; n++)
            await rig.StartInstanceAsync("Wait", $"i-{n:000}");

        Assert.Equal(Enumerable.Range(0, 450).Select(n => $"i-{n:000}"), await IdsAsync(new()));
    }

    [Fact]
    public async Task A_page_continues_where_the_last_one_ended()
    {
        await rig.StartAsync();
        for (var n = 0; n < 5; n++)
            await rig.StartInstanceAsync("Wait", $"i-{n}");

        var pages = new List<Page<OrchestrationMetadata>>();
        await foreach (var page in rig.Client.GetAllInstancesAsync(new() { PageSize = 2 }).AsPages().WithCancellation(rig.Cancellation))
            pages.Add(page);
        var rest = await IdsAsync(new() { ContinuationToken = pages[0].ContinuationToken });

        Assert.Equal([2, 2, 1], pages.Select(page => page.Values.Count));
        Assert.Null(pages[^1].ContinuationToken);
        Assert.Equal(["i-2", "i-3", "i-4"], rest);
    }

    [Fact]
    public async Task Purging_all_forgets_finished_instances_that_match_and_no_others()
    {
        await rig.StartAsync();
        var noon = rig.Time.GetUtcNow();
        for (var n = 0; n < 250; n++)
            await rig.StartInstanceAsync("Echo", $"old-{n}", n);
        for (var n = 0; n < 250; n++)
            await rig.EndAsync($"old-{n}");
        await rig.RunAsync("Echo", -1, "failed");
        await rig.StartInstanceAsync("Wait", "waits");
        rig.Time.Advance(TimeSpan.FromHours(1));
        await rig.RunAsync("Echo", 1, "new");

        OrchestrationRuntimeStatus[] wanted =
        [
            OrchestrationRuntimeStatus.Completed,
            OrchestrationRuntimeStatus.Pending,
            OrchestrationRuntimeStatus.Running,
        ];
        var purged = await rig.Client.PurgeAllInstancesAsync(new(noon, noon.AddMinutes(1), wanted), rig.Cancellation);

        Assert.Equal(250, purged.PurgedInstanceCount);
        Assert.Equal(["failed", "new", "waits"], await IdsAsync(new()));
    }

    [Fact]
    public async Task Times_are_those_of_creation_and_of_the_last_episode()
    {
        await rig.StartAsync();
        var noon = rig.Time.GetUtcNow();
        await rig.StartInstanceAsync("Wait");
        await rig.UntilRunningAsync();
        rig.Time.Advance(TimeSpan.FromHours(1));
        await rig.Client.RaiseEventAsync("run", "Go", 1, rig.Cancellation);
        await rig.EndAsync();

        var found = await rig.FindAsync();
        Assert.Equal((noon, noon.AddHours(1)), (found.CreatedAt, found.LastUpdatedAt));
    }
}
