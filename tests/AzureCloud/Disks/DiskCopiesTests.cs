using Holdfast.AzureCloud.Disks;
using Holdfast.TestKit.Arm;
using Holdfast.Volumes.Transfers;

namespace Holdfast.AzureCloud.Tests.Disks;

public sealed class DiskCopiesTests : IAsyncLifetime
{
    private DiskCloud cloud = null!;
    private DiskCopies copies = null!;

    public async Task InitializeAsync()
    {
        cloud = await DiskCloud.StartAsync();
        copies = new(cloud.Client());
    }

    public async Task DisposeAsync() => await cloud.DisposeAsync();

    [Fact]
    public async Task A_snapshot_is_copied_to_the_region_that_the_policy_names()
    {
        var subject = await cloud.CutAsync("run-1", cloud.Copies());

        var state = await FinishAsync(subject);

        var copy = Assert.Single(state.Copies);
        Assert.Equal("northeurope", copy.Region);
        Assert.StartsWith(cloud.DrGroup, copy.Handle, StringComparison.Ordinal);
        Assert.Null(state.Problem);
        Assert.Equal(100, (double?)cloud.Server.Resources.Find(copy.Handle)!["properties"]!["completionPercent"]);
        Assert.Equal("shop/data", (string?)cloud.Server.Resources.Find(copy.Handle)!["tags"]!["holdfast-claim"]);
    }

    [Fact]
    public async Task A_copy_is_not_done_before_all_its_data_has_come()
    {
        cloud.Snapshots.PercentPerLook = 0;
        var subject = await cloud.CutAsync("run-1", cloud.Copies());

        foreach (var _ in Enumerable.Range(0, 3))
            Assert.True(await copies.AdvanceAsync(subject, default) is { IsDone: false, Problem: null });
        Assert.Single(cloud.Server.Requests, r => r.Method == "PUT" && r.Body!["location"]!.GetValue<string>() == "northeurope");
    }

    [Fact]
    public async Task A_second_snapshot_of_the_disk_waits_for_the_first()
    {
        cloud.Snapshots.PercentPerLook = 0;
        var first = await cloud.CutAsync("run-1", cloud.Copies());
        var second = await cloud.CutAsync("run-2", cloud.Copies());
        await copies.AdvanceAsync(first, default);

        var waits = await copies.AdvanceAsync(second, default);
        cloud.Snapshots.PercentPerLook = 100;

        Assert.False(waits.IsDone);
        Assert.NotNull(waits.Problem);
        Assert.Single((await FinishAsync(first)).Copies);
        Assert.Single((await FinishAsync(second)).Copies);
    }

    [Fact]
    public async Task A_copy_that_fails_is_a_failure_that_says_why()
    {
        cloud.Snapshots.CopyError = "no room in the region";
        var subject = await cloud.CutAsync("run-1", cloud.Copies());

        var state = await FinishAsync(subject);

        Assert.Empty(state.Copies);
        Assert.Contains("no room in the region", state.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_is_not_there_is_a_failure_at_once()
    {
        var subject = await cloud.CutAsync("run-1", cloud.Copies(cloud.DrGroup + "x"));

        var state = await copies.AdvanceAsync(subject, default);

        Assert.True(state.IsDone);
        Assert.Contains("ResourceGroupNotFound", state.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_forbids_the_region_is_a_failure_at_once()
    {
        var subject = await cloud.CutAsync("run-1", cloud.Copies());
        cloud.Server.Faults.Refuse(r => r.Method == "PUT", ArmException.DeniedByPolicy("copy", "Allowed locations"));

        var state = await copies.AdvanceAsync(subject, default);

        Assert.True(state.IsDone);
        Assert.Contains("Allowed locations", state.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_is_in_the_region_already_needs_no_copy()
    {
        var subject = await cloud.CutAsync("run-1", new() { Copies = [new("westeurope")] });

        var state = await copies.AdvanceAsync(subject, default);

        Assert.True(state is { IsDone: true, Problem: null, Copies.IsEmpty: true });
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task A_finished_copy_stays_exactly_when_a_point_was_sealed(bool isSealed, int left)
    {
        var subject = await cloud.CutAsync("run-1", cloud.Copies());
        var copy = Assert.Single((await FinishAsync(subject)).Copies);

        await copies.ReleaseAsync(subject, isSealed, default);
        await copies.ReleaseAsync(subject, isSealed, default);

        Assert.Equal(left, cloud.Server.Resources.IdsOf("Microsoft.Compute/snapshots").Count(id => id == copy.Handle));
    }

    [Fact]
    public async Task A_copy_that_was_not_finished_goes_although_a_point_was_sealed()
    {
        cloud.Snapshots.PercentPerLook = 0;
        var subject = await cloud.CutAsync("run-1", cloud.Copies());
        await copies.AdvanceAsync(subject, default);
        cloud.Server.Operations.Pace = ArmPace.AtOnce;

        await copies.ReleaseAsync(subject, isSealed: true, default);

        Assert.Equal([subject.Cut.Handle!], cloud.Server.Resources.IdsOf("Microsoft.Compute/snapshots"));
    }

    private async Task<TransferState> FinishAsync(TransferSubject subject)
    {
        for (var look = 0; look < 10; look++)
            if (await copies.AdvanceAsync(subject, default) is { IsDone: true } done)
                return done;
        throw new InvalidOperationException("it isn't done after ten looks");
    }
}
