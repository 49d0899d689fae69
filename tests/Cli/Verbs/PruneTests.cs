using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Running;
using Holdfast.TestKit.Stores;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary><c>retention</c> and <c>prune</c> on a folder.</summary>
public sealed class PruneTests : IAsyncLifetime, IDisposable
{
    private readonly HoldfastProgram holdfast = new();
    private readonly List<SealedPoint> points = [];

    private FolderStore Store => new(holdfast.Vault, TimeProvider.System);

    public async Task InitializeAsync()
    {
        holdfast.Variables["HOLDFAST_VAULT"] = holdfast.Vault;
        foreach (var day in Enumerable.Range(0, 3))
        {
            var manifest = $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c{{{day}}}","namespace":"shop"}}""";
            points.Add(await SamplePoint.WriteAsync(Store, [new("configmaps", "shop", manifest)], SamplePoint.Time.AddDays(day)));
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public async Task The_calendar_says_what_stays_and_why_and_changes_nothing()
    {
        var text = await holdfast.RunAsync("retention", "--keep-daily", "2", "--dry-run");
        var run = await holdfast.RunAsync("retention", "--keep-daily", "2", "--dry-run", "-o", "json");

        var cluster = Assert.Single(run.Json.AsArray())!;
        var listed = cluster["points"]!.AsArray();
        Assert.Equal((0, 0, "prod"), (text.Exit, run.Exit, (string?)cluster["cluster"]));
        Assert.Equal([false, false, true], listed.Select(p => (bool)p!["expires"]!));
        Assert.Equal(
            ["daily 2026-11-24 (1 of 2)", "the last point", "the last Succeeded point"],
            listed[0]!["kept"]!.AsArray().Select(k => (string?)k!["text"])
        );
        Assert.Contains("daily 2026-11-24 (1 of 2)", text.Out, StringComparison.Ordinal);
        Assert.Equal(3, (await SealedPoints.ListAsync(Store, SamplePoint.Cluster, default)).Length);
    }

    [Fact]
    public async Task Points_made_by_hand_stay_without_a_rule()
    {
        var run = await holdfast.RunAsync("prune", "-o", "json");

        Assert.Equal((0, 0), (run.Exit, (int)run.Json[0]!["done"]!["expired"]!));
    }

    [Fact]
    public async Task Retention_expires_and_deletes_nothing()
    {
        var run = await holdfast.RunAsync("retention", "--keep-last", "1");

        Assert.Equal(0, run.Exit);
        Assert.Equal([points[2].Id], (await SealedPoints.ListAsync(Store, SamplePoint.Cluster, default)).Select(p => p.Id));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(holdfast.Vault, "clusters/prod/packs")).Length);
        Assert.Equal(0, (await holdfast.RunAsync("verify")).Exit);
    }

    [Fact]
    public async Task Prune_deletes_what_expired_seven_days_ago()
    {
        var expiry = new PointExpiry
        {
            Point = points[0].Id,
            ExpiredAt = DateTimeOffset.UtcNow.AddDays(-8),
            Rule = "points made by hand: last 2",
        };
        await Store.CreateAsync(VaultPaths.Expired(SamplePoint.Cluster, points[0].Id), expiry.ToBytes(), null, default);
        foreach (var file in Directory.GetFiles(holdfast.Vault, "*.gz", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-9));

        var planned = await holdfast.RunAsync("prune", "--keep-last", "1", "--dry-run", "-o", "json");
        var run = await holdfast.RunAsync("prune", "--keep-last", "1", "-o", "json");

        Assert.Equal((1, null), ((int)planned.Json[0]!["purged"]!["packs"]!, planned.Json[0]!["done"]));
        var done = run.Json[0]!["done"]!;
        Assert.Equal((0, 1, 1, 1), (run.Exit, (int)done["expired"]!, (int)done["purged"]!, (int)done["packs"]!["packs"]!));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(holdfast.Vault, "clusters/prod/packs")).Length);
        var verified = await holdfast.RunAsync("verify", "-o", "json");
        Assert.True(verified.Exit == 0, verified.Out);
        Assert.Equal(1, (await holdfast.RunAsync("show", points[0].Id.ToString())).Exit);
    }

    [Fact]
    public async Task Data_of_volumes_is_deleted_by_a_services_registrations_and_stays_without()
    {
        var point = await WriteWithVolumeAsync();
        foreach (var file in Directory.GetFiles(holdfast.Vault, "*.gz", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-9));
        // the newest point never expires
        await SamplePoint.WriteAsync(Store, [new("configmaps", "shop", """{"metadata":{"name":"w"}}""")]);
        var control = Directory.CreateDirectory(Path.Combine(holdfast.Home, "control")).FullName;

        var without = await holdfast.RunAsync("prune", "-o", "json");
        var with = await holdfast.RunAsync("prune", "--control", control, "-o", "json");

        var obstacle = (string?)Assert.Single(without.Json[0]!["obstacles"]!.AsArray());
        Assert.Equal(3, without.Exit);
        Assert.Contains(point.Id.ToString(), obstacle);
        Assert.Contains("--control", obstacle);
        // it is tried: of this cluster there is no registration
        Assert.Equal((3, 0), (with.Exit, with.Json[0]!["obstacles"]!.AsArray().Count));
        Assert.Contains("No cluster 'prod' is registered", (string?)Assert.Single(with.Json[0]!["done"]!["problems"]!.AsArray()));
    }

    private async Task<SealedPoint> WriteWithVolumeAsync()
    {
        var time = new SettableTime(SamplePoint.Time.AddDays(-1));
        var writer = new RecoveryPointWriter(Store, SamplePoint.Cluster, null, time);
        var packed = await SamplePoint.PackAsync(writer, [new("configmaps", "shop", """{"metadata":{"name":"v"}}""")]);
        var volume = new VolumeRecord
        {
            Namespace = "shop",
            Claim = "data",
            Volume = "pv-1",
            Mode = VolumeMode.Filesystem,
            Protection = VolumeProtection.CsiSnapshot,
            Snapshot = new()
            {
                Driver = "csi.example.com",
                Handle = "snap-1",
                CutAt = SamplePoint.Time,
                SecondsBeforeRevision = 1,
            },
        };
        var inventory = SamplePoint.InventoryOf(packed, time.Now) with { Version = 2, Volumes = [volume] };
        var point = await writer.SealAsync(inventory, new(PointState.Succeeded, null), default);
        var expiry = new PointExpiry
        {
            Point = point.Id,
            ExpiredAt = DateTimeOffset.UtcNow.AddDays(-8),
            Rule = "points made by hand: last 2",
        };
        await Store.CreateAsync(VaultPaths.Expired(SamplePoint.Cluster, point.Id), expiry.ToBytes(), null, default);
        return point;
    }

    [Fact]
    public async Task A_held_point_stays_until_its_hold_is_removed()
    {
        var id = points[0].Id.ToString();
        var added = await holdfast.RunAsync("hold", "add", id, "--reason", "audit", "-o", "json");
        var again = await holdfast.RunAsync("hold", "add", id, "--reason", "other");

        Assert.Equal((0, true, "audit"), (added.Exit, (bool)added.Json["held"]!, (string?)added.Json["reason"]));
        Assert.Contains("audit", again.Out, StringComparison.Ordinal);
        await holdfast.RunAsync("retention", "--keep-last", "1");
        Assert.Equal(2, (await SealedPoints.ListAsync(Store, SamplePoint.Cluster, default)).Length);
        Assert.Equal(0, (await holdfast.RunAsync("verify")).Exit);

        Assert.Equal(0, (await holdfast.RunAsync("hold", "remove", id)).Exit);
        await holdfast.RunAsync("retention", "--keep-last", "1");
        Assert.Single(await SealedPoints.ListAsync(Store, SamplePoint.Cluster, default));
        Assert.Equal(2, (await holdfast.RunAsync("hold", "add", points[2].Id.ToString())).Exit);
    }

    [Theory]
    [InlineData("--keep-within", "14")]
    [InlineData("--keep-last", "-1")]
    [InlineData("--keep-daily", "1001")]
    public async Task A_rule_that_isnt_one_is_refused_before_anything_is_done(string option, string value)
    {
        var run = await holdfast.RunAsync("prune", option, value);

        Assert.Equal(2, run.Exit);
    }
}
