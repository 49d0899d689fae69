using System.Diagnostics;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Capture;
using Holdfast.Cli.Tests.Running;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Runs;
using Holdfast.TestKit.Stores;

namespace Holdfast.Cli.Tests.Faults;

/// <summary>A vault that is full, read-only or slow: nothing half-written counts, and the next capture succeeds.</summary>
public sealed class VaultFaultTests : IAsyncLifetime
{
    private static readonly ClusterName Cluster = ClusterName.Parse("simulator");
    private Workbench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartAsync(new() { Token = CaptureFault.Token });
        await bench.Cluster.SeedSyntheticAsync(60, 3, CancellationToken.None);
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Wherever_the_vault_fills_up_no_point_is_made_and_with_room_again_the_capture_succeeds()
    {
        for (var fits = 0; ; fits++)
        {
            var inner = new MemoryStore();
            var failure = await Record.ExceptionAsync(() =>
                CaptureAsync(new FaultyStore(inner).FailFrom(StoreOperation.Create, fits + 1, ArchiveFailure.Full))
            );
            if (failure is null)
            {
                Assert.True(fits > 3, $"{fits} blobs make a point");
                return;
            }
            Assert.Equal(ArchiveFailure.Full, Assert.IsType<ArchiveException>(failure).Failure);
            Assert.Empty(await SealedPoints.ListAsync(inner, Cluster, default));
            await AssertRecoversAsync(inner);
        }
    }

    [Fact]
    public async Task A_vault_that_turns_read_only_or_goes_away_under_way_gets_no_point()
    {
        foreach (var failure in (ArchiveFailure[])[ArchiveFailure.Forbidden, ArchiveFailure.Unreachable])
        {
            var inner = new MemoryStore();

            var fault = await Assert.ThrowsAsync<ArchiveException>(() =>
                CaptureAsync(new FaultyStore(inner).FailFrom(StoreOperation.Create, 3, failure))
            );

            Assert.Equal(failure, fault.Failure);
            Assert.Empty(await SealedPoints.ListAsync(inner, Cluster, default));
            await AssertRecoversAsync(inner);
        }
    }

    [Fact]
    public async Task A_slow_vault_costs_time_and_nothing_else()
    {
        var slow = new FaultyStore(new MemoryStore()).Before((_, cancellation) => Task.Delay(20, cancellation));

        Assert.Equal(CaptureState.Succeeded, (await CaptureAsync(slow)).State);
    }

    [Fact]
    public async Task A_vault_that_answers_nothing_can_be_given_up()
    {
        using var impatience = new CancellationTokenSource();
        var stalled = new FaultyStore(new MemoryStore())
            .Before(call =>
            {
                if (call is { Operation: StoreOperation.Create, Number: 2 })
                    impatience.Cancel();
            })
            .Stall(StoreOperation.Create, 2);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            CaptureAsync(stalled, impatience.Token).WaitAsync(TimeSpan.FromMinutes(1))
        );
    }

    [SkippableTheory]
    [InlineData("size=16k", "No room left", "Make room or use another vault")]
    [InlineData("ro", "refuses", "isn't mounted read-only")]
    public async Task A_folder_on_a_file_system_without_room_or_leave_to_write_is_an_error_with_what_to_do(
        string options,
        string what,
        string next
    )
    {
        Directory.CreateDirectory(bench.Holdfast.Vault);
        Skip.IfNot(await MountAsync("-t", "tmpfs", "-o", options, "none", bench.Holdfast.Vault), "this user may not mount");
        try
        {
            var refused = await bench.RunAsync("capture -o json");

            Assert.Equal((1, "vault"), (refused.Exit, (string?)refused.ErrorJson["kind"]));
            Assert.Contains(what, refused.Error);
            Assert.Contains(next, refused.Error);
            Assert.Contains(bench.Holdfast.Vault, refused.Error);
            Assert.DoesNotContain(CaptureFault.Token, refused.Error);
            Assert.Empty(await new FolderVault(bench.Holdfast.Vault).WholePointsAsync(Cluster));

            Assert.True(await MountAsync("-o", "remount,rw,size=16m", bench.Holdfast.Vault));
            var again = await bench.RunAsync("capture -o json");

            Assert.True(again.Exit == 0, again.Error);
            Assert.Single(await new FolderVault(bench.Holdfast.Vault).WholePointsAsync(Cluster));
        }
        finally
        {
            using var unmount = Process.Start("umount", bench.Holdfast.Vault);
            await unmount.WaitForExitAsync();
        }
    }

    private static async Task<bool> MountAsync(params string[] arguments)
    {
        using var mount = Process.Start(
            new ProcessStartInfo("mount", arguments) { RedirectStandardError = true, UseShellExecute = false }
        )!;
        await mount.WaitForExitAsync();
        return mount.ExitCode == 0;
    }

    private async Task AssertRecoversAsync(IBlobStore store)
    {
        Assert.Equal(CaptureState.Succeeded, (await CaptureAsync(store)).State);
        Assert.Single(await SealedPoints.ListAsync(store, Cluster, default));
        var report = await PointVerifier.VerifyAsync(store, Cluster, null, SealTrust.Anyone, null, default);
        // a capture that failed at its very last write leaves an inventory without a seal, which verify can't distinguish from a seal that
        // was deleted
        Assert.DoesNotContain(report.Findings, f => f.IsDamage && !f.Path.EndsWith("/seal.json", StringComparison.Ordinal));
    }

    private async Task<CaptureReport> CaptureAsync(IBlobStore store, CancellationToken cancellation = default)
    {
        using var connection = new ClusterConnection(
            new() { Server = bench.Cluster.Server, Token = (_, _) => new(bench.Cluster.Token) },
            TimeProvider.System
        );
        return await new CaptureRun(connection, store, TimeProvider.System).RunAsync(Cluster, new(), null, cancellation);
    }
}
