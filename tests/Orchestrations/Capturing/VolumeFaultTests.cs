using System.Collections.Concurrent;
using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Control;
using Holdfast.Orchestrations.Inline;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Storage;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Tests.Capturing;

/// <summary>What goes wrong beside the snapshots of a capture costs neither a point nor a snapshot that it names.</summary>
public sealed class VolumeFaultTests : VolumeCaptures
{
    [Fact]
    public async Task A_run_that_fails_after_its_seal_keeps_the_snapshots_that_the_point_names()
    {
        await seed.ClaimsAsync("shop", 2);
        fleet.Control = new FaultyDocuments(
            fleet.Control,
            (operation, path) =>
                operation == "Create" && path.EndsWith("/sealed.json", StringComparison.Ordinal)
                    ? throw new ControlException(ControlFailure.Full, path, "injected")
                    : Task.CompletedTask
        );

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal(RunState.Failed, report.State);
        Assert.Equal(1, (await fleet.VerifyAsync("shop")).Points);
        await AssertNothingLeftAsync();
        Assert.Equal(2, csi.Storage.Snapshots.Count);
    }

    [Fact]
    public async Task A_snapshot_whose_claim_was_deleted_before_the_revision_does_not_outlive_the_run()
    {
        var claims = await seed.ClaimsAsync("shop", 2);
        await using var proxy = await FaultProxy.StartAsync(cluster);
        // the revision is that of a list of namespaces
        proxy.Inject(
            Fault.Meanwhile(() => seed.DeleteClaimAsync("shop", claims[0])),
            r => r.IsListOf("namespaces") && !r.Query.Contains("labelSelector", StringComparison.Ordinal)
        );

        var report = await RunAsync(proxy, fleet.Order("shop"));

        Assert.Equal(RunState.Succeeded, report.State);
        var volume = (await fleet.InventoryAsync(report)).Volumes!.Value.Single(v => v.Claim is not null);
        Assert.Equal(claims[1], volume.Claim);
        await Until.TrueAsync(() => csi.Storage.Snapshots.Count == 1);
        Assert.Equal([volume.Snapshot!.Handle], csi.Storage.Snapshots.Keys);
    }

    [Fact]
    public async Task A_seal_that_can_not_be_read_keeps_the_snapshots_that_its_point_may_name()
    {
        await seed.ClaimsAsync("shop", 1);
        var (vault, tampered) = (fleet.Vault, new TamperedStore(fleet.Vault));
        (fleet.Vault, fleet.Control) = (
            tampered,
            new FaultyDocuments(
                fleet.Control,
                async (operation, path) =>
                {
                    if (operation != "Create" || !path.EndsWith("/sealed.json", StringComparison.Ordinal))
                        return;
                    await foreach (var blob in vault.ListAsync("clusters/", default))
                        if (blob.Path.EndsWith("/seal.json", StringComparison.Ordinal))
                            tampered.Replace(blob.Path, "{"u8.ToArray());
                    throw new ControlException(ControlFailure.Full, path, "injected");
                }
            )
        );

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal(RunState.Failed, report.State);
        Assert.Single(csi.Storage.Snapshots);
    }

    [Fact]
    public async Task A_damaged_document_about_hooks_does_not_make_a_sealed_point_look_failed()
    {
        await seed.ClaimsAsync("shop", 1);
        var documents = fleet.Control;
        fleet.Control = new FaultyDocuments(
            documents,
            (operation, path) =>
                operation == "Create" && path.EndsWith("/sealed.json", StringComparison.Ordinal)
                    ? documents.PutAsync(path.Replace("sealed", "volumes/cut-0", StringComparison.Ordinal), "{"u8.ToArray(), default)
                    : Task.CompletedTask
        );

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal((RunState.Succeeded, null), (report.State, report.Failure));
        Assert.Contains(report.Capture!.Warnings, w => w.Contains("hooks", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Orphans_that_can_not_be_looked_for_are_a_warning_and_no_end()
    {
        await seed.ClaimsAsync("shop", 1);
        await using var proxy = await FaultProxy.StartAsync(cluster);
        proxy.Inject(
            Fault.Answer(500, "InternalError"),
            r => r.IsListOf("volumesnapshotcontents") && r.Query.Contains("snapshots-for", StringComparison.Ordinal),
            times: int.MaxValue
        );

        var report = await RunAsync(proxy, fleet.Order("shop"));

        Assert.Equal((RunState.Succeeded, new VolumeCounts(1, 0)), (report.State, report.Capture!.Volumes));
        Assert.Contains(report.Capture.Warnings, w => w.Contains("what earlier captures may have left", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_thaw_that_fails_does_not_keep_snapshots()
    {
        await seed.ClaimsAsync("shop", 1);
        csi.Faults = (_, _) => SnapshotFault.NeverReady;
        fleet.Control = new FaultyDocuments(
            fleet.Control,
            (operation, path) =>
                operation == "Read" && path.EndsWith("/freeze-0.json", StringComparison.Ordinal) && csi.Storage.Snapshots.Count > 0
                    ? throw new ControlException(ControlFailure.Unreachable, path, "injected")
                    : Task.CompletedTask
        );

        var report = await fleet.RunAsync(fleet.Order("shop"));

        Assert.Equal(RunState.Partial, report.State);
        Assert.Contains(report.Capture!.Warnings, w => w.Contains("injected", StringComparison.Ordinal));
        await Until.TrueAsync(() => csi.Storage.Snapshots.Count == 0);
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_snapshot_that_can_not_be_removed_does_not_keep_an_application_stopped()
    {
        // The simulator answers 404 to exec: that post hooks were tried is in the record, which is deleted afterwards.
        await seed.ClaimsAsync("shop", 1);
        await seed.PodAsync("shop", "db", "claim-000");
        await AnnotateAsync("/api/v1/namespaces/shop/pods/db", ("post.hook.holdfast.dev/command", "[\"thaw\"]"));
        var order = fleet.Order("shop");
        var record = $"{RunReports.FolderOf(order.Run)}volumes/freeze-0.json";
        csi.Faults = (_, _) => SnapshotFault.NeverReady;
        fleet.Vault = new FaultyStore(fleet.Vault).Before(call =>
        {
            if (call.Operation == StoreOperation.Create && call.Path.EndsWith("seal.json", StringComparison.Ordinal))
            {
                fleet.Control.CreateAsync(record, "{\"pods\":[\"shop/db\"]}"u8.ToArray(), default).GetAwaiter().GetResult();
                throw new ArchiveException(ArchiveFailure.Forbidden, "injected");
            }
        });
        fleet["shop"].Deny("volumesnapshots.snapshot.storage.k8s.io", "delete");
        fleet["shop"].Deny("volumesnapshotcontents.snapshot.storage.k8s.io", "delete");

        var report = await fleet.RunAsync(order);

        Assert.Equal(RunState.Failed, report.State);
        Assert.Null(await fleet.Control.ReadAsync(record, default));
    }

    [Fact]
    public async Task A_capture_that_is_cancelled_alone_says_what_it_could_not_remove()
    {
        await seed.ClaimsAsync("shop", 1);
        csi.Faults = (_, _) => SnapshotFault.NeverReady;
        using var cancel = new CancellationTokenSource();
        using var log = new SeenLog();
        using var connection = fleet.Connect("shop");
        var environment = fleet.Environment() with
        {
            OpenCluster = (_, _) =>
                cancel.IsCancellationRequested ? throw new InvalidOperationException("injected") : Task.FromResult(connection),
        };
        var order = fleet.Order("shop");
        var run = InlineRun.RunAsync(environment, new(TimeProvider.System.GetUtcNow()) { Capture = order }, log, cancel.Token);
        await Until.TrueAsync(() => csi.Storage.Snapshots.Count == 1);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Contains(log.Seen, seen => seen is { Level: LogLevel.Warning, Fault.Message: "injected" });
    }

    private sealed class SeenLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<(LogLevel Level, Exception? Fault)> Seen { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) { }

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Seen.Enqueue((logLevel, exception));
    }
}
