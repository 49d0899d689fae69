using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;
using Holdfast.Vault.Tests.Retention;

namespace Holdfast.Vault.Tests.Pruning;

/// <summary>Does one thing after another to a vault, and knows what must be there afterwards.</summary>
internal sealed class VaultHistory(Random random)
{
    private const int MostOpen = 3;
    private static readonly PolicyName Nightly = PolicyName.TryParse("nightly", out var name) ? name : default;
    private static readonly RetentionTerms Terms = new(
        ImmutableDictionary<PolicyName, RetentionTerm>.Empty.Add(Nightly, new(new(Daily: 4, Weekly: 2), TimeZones.Find("Europe/Berlin"))),
        new(new(Last: 2, Within: KeptDuration.Parse("36h")), TimeZoneInfo.Utc)
    );

    private readonly SampleVault vault = new();
    private readonly List<OpenCapture> open = [];
    private readonly HashSet<PointId> holds = [];
    private readonly Dictionary<PointId, PointFacts> points = [];
    private readonly Dictionary<PointId, DateTimeOffset> expired = [];

    public int Sealed => points.Count;
    public int Purged { get; private set; }
    public int Crashes { get; private set; }

    /// <summary>Captures that sealed while something was purged.</summary>
    public int Raced { get; private set; }

    public override string ToString() =>
        $"{Sealed} points, {expired.Count} expired, {Purged} purged, {Crashes} crashes, {Raced} captures sealed during a purge";

    public async Task<string> StepAsync()
    {
        switch (random.Next(10))
        {
            case 0 or 1:
                vault.Time.Now += TimeSpan.FromMinutes(random.Next(1, 60 * 40));
                return "time passes";
            case 2 or 3:
                await BeginAsync();
                return "a capture begins";
            case 4 or 5:
                await SealAsync();
                return "a capture seals";
            case 6:
                return await HoldAsync();
            case 7:
                await PruneAsync(crash: random.Next(1, 40), race: false);
                return "pruning is cut short";
            case 8:
                await PruneAsync(crash: null, race: true);
                return "a capture seals during pruning";
            default:
                await PruneAsync(crash: null, race: false);
                return "pruning";
        }
    }

    /// <summary>Every point that isn't expired for its whole grace time can be read to its last byte.</summary>
    public async Task CheckAsync(string when)
    {
        foreach (var (point, facts) in points)
        {
            var isExpired = await vault.IsExpiredAsync(point);
            Assert.True(isExpired == expired.ContainsKey(point), $"{when}: {point} is {(isExpired ? "" : "not ")}expired");
            if (!isExpired || vault.Time.Now - expired[point] < PruneRules.Grace)
                await RequireWholeAsync(facts.Id, when);
        }
    }

    /// <summary>Once nothing runs and every grace time is over, there is what unexpired points need, and nothing else.</summary>
    public async Task EndAsync()
    {
        open.Clear();
        for (var i = 0; i < 3; i++)
        {
            vault.Time.Now += TimeSpan.FromDays(8);
            await PruneAsync(crash: null, race: false);
            await CheckAsync("the end");
        }
        var needed = new HashSet<string>();
        foreach (var point in points.Keys.Where(p => !expired.ContainsKey(p) || holds.Contains(p)))
            needed.UnionWith((await PartsAsync(point)).Select(p => VaultPaths.Pack(SampleVault.Cluster, p.Pack)));
        Assert.Equal(needed.Order(StringComparer.Ordinal), await vault.PacksAsync());
        var inventories = (await vault.PathsAsync()).Where(p => p.EndsWith("inventory.json.gz", StringComparison.Ordinal));
        Assert.Equal(points.Keys.Count(p => !expired.ContainsKey(p) || holds.Contains(p)), inventories.Count());
        var report = await PointVerifier.VerifyAsync(vault.Store, SampleVault.Cluster, null, SealTrust.Anyone, null, default);
        Assert.True(report.Intact, string.Join(Environment.NewLine, report.Findings.Select(f => f.Message)));
    }

    /// <summary>It reuses what the latest point has, as captures do, or finds packs by their digests.</summary>
    private async Task BeginAsync()
    {
        if (open.Count >= MostOpen)
            open.RemoveAt(0);
        vault.Time.Now += TimeSpan.FromSeconds(1);
        var end = await ChainEnd.FindAsync(vault.Store, SampleVault.Cluster, SealTrust.Anyone, default);
        var known = end.Latest is { } last && random.Next(3) > 0 ? await PartsAsync(last.Id) : [];
        var capture = new OpenCapture(
            vault.Store,
            vault.Time,
            new()
            {
                Policy = random.Next(2) == 0 ? null : "nightly",
                State = random.Next(4) == 0 ? PointState.Partial : PointState.Succeeded,
            }
        );
        await capture.ExportAsync(Contents(), known.DistinctBy(p => p.RawDigest).ToDictionary(p => p.RawDigest));
        open.Add(capture);
    }

    private async Task SealAsync()
    {
        if (Take() is not { } capture)
            return;
        if (random.Next(5) == 0)
        {
            Crashes++;
            await CutShortAsync(capture);
        }
        else
            await SealAsync(capture);
    }

    /// <summary>Only its inventory is written.</summary>
    private async Task CutShortAsync(OpenCapture capture)
    {
        if (vault.Time.Now - capture.PinnedAt > RecoveryPointWriter.SealingLimit)
            return;
        await Assert.ThrowsAsync<CrashException>(() =>
            capture.SealAsync(CrashingAt(call => call.Path.EndsWith("seal.json", StringComparison.Ordinal)))
        );
        if (random.Next(2) == 0)
            await SealAsync(capture);
    }

    private async Task SealAsync(OpenCapture capture)
    {
        try
        {
            Remember(await capture.SealAsync(), capture);
        }
        catch (ArchiveException e) when (e.Failure == ArchiveFailure.Conflict)
        {
            Assert.True(vault.Time.Now - capture.PinnedAt > RecoveryPointWriter.SealingLimit, e.Message);
        }
    }

    private void Remember(SealedPoint point, OpenCapture capture) =>
        points[point.Id] = new(
            point.Id,
            point.Seal.Sequence,
            point.Seal.PinnedAt,
            point.Seal.State,
            capture.Policy is null ? null : Nightly,
            null
        );

    private async Task<string> HoldAsync()
    {
        if (points.Count == 0)
            return "nothing";
        var point = points.Keys.OrderBy(p => p.ToString(), StringComparer.Ordinal).ElementAt(random.Next(points.Count));
        var path = VaultPaths.Hold(SampleVault.Cluster, point);
        if (holds.Remove(point))
        {
            await vault.Store.DeleteAsync(path, null, default);
            return "a hold ends";
        }
        if (!await vault.HasInventoryAsync(point) || holds.Count > 3)
            return "nothing";
        var hold = new PointHold
        {
            Point = point,
            HeldAt = vault.Time.Now,
            By = "a",
            Reason = "audit",
        };
        await vault.Store.CreateAsync(path, hold.ToBytes(), null, default);
        holds.Add(point);
        return "a hold begins";
    }

    private async Task PruneAsync(int? crash, bool race)
    {
        var capture = race ? Take() : null;
        Task? sealing = null;
        var at = random.Next(1, 12);
        var call = 0;
        var store = new FaultyStore(vault.Store).Before(
            async (_, _) =>
            {
                call++;
                if (call == crash)
                    throw new CrashException();
                if (capture is not null && call == at)
                    sealing = await BesideAsync(capture);
            }
        );
        try
        {
            await PruneAsync(store);
        }
        catch (CrashException)
        {
            Crashes++;
            // the marks of the process that died are old
            vault.Time.Now += TimeSpan.FromMinutes(16);
        }
        if (capture is not null)
            await (sealing ?? SealAsync(capture));
        await NoteExpiredAsync();
    }

    /// <summary>Goes as far as it can before the purge continues.</summary>
    private async Task<Task> BesideAsync(OpenCapture capture)
    {
        Raced++;
        var sealing = SealAsync(capture);
        await Task.WhenAny(sealing, Task.Delay(20));
        return sealing;
    }

    private async Task PruneAsync(IBlobStore store)
    {
        var pruning = new VaultPruning(store, SampleVault.Cluster, vault.Means() with { Random = new(random.Next()) });
        var plan = await pruning.PlanAsync(Terms, default);
        var all = Unexpired();
        var known = plan.Points.Select(d => d.Point.Id).ToHashSet();
        var slow = all.FindAll(p => known.Contains(p.Id))
            .Where(p => SlowRetention.Of(p, [.. all.Where(o => known.Contains(o.Id))], Terms, vault.Time.Now).Count == 0);
        Assert.Equal(
            slow.Select(p => p.Id.ToString()).Order(StringComparer.Ordinal),
            plan.Expire.Select(d => d.Point.Id.ToString()).Order(StringComparer.Ordinal)
        );
        Purged += (await pruning.ApplyAsync(plan, TimeSpan.FromMinutes(4), default)).Purged;
    }

    private List<PointFacts> Unexpired() =>
        [.. points.Values.Where(p => !expired.ContainsKey(p.Id)).Select(p => p with { Hold = holds.Contains(p.Id) ? "a: audit" : null })];

    /// <summary>A run that was cut short may have expired some; those that it should not are found by the comparison above.</summary>
    private async Task NoteExpiredAsync()
    {
        foreach (var point in points.Keys.Where(p => !expired.ContainsKey(p)).ToList())
        {
            var path = VaultPaths.Expired(SampleVault.Cluster, point);
            if (await vault.Store.ReadAsync(path, null, default) is { } bytes)
                expired[point] = PointExpiry.Read(bytes, path).ExpiredAt;
        }
    }

    private OpenCapture? Take()
    {
        if (open.Count == 0)
            return null;
        var index = random.Next(open.Count);
        var capture = open[index];
        open.RemoveAt(index);
        return capture;
    }

    private string[] Contents() =>
        [
            .. Enumerable
                .Range(0, 30)
                .Where(_ => random.Next(4) == 0)
                .Select(i => $"c{i.ToString(CultureInfo.InvariantCulture)}")
                .DefaultIfEmpty("c0"),
        ];

    private FaultyStore CrashingAt(Func<StoreCall, bool> when) =>
        new FaultyStore(vault.Store).Before(call =>
        {
            if (call.Operation == StoreOperation.Create && when(call))
                throw new CrashException();
        });

    private async Task<IReadOnlyList<Part>> PartsAsync(PointId point)
    {
        var inventory = await RecoveryPointReader.FindInventoryAsync(vault.Store, SampleVault.Cluster, point, default);
        return [.. inventory!.Segments.SelectMany(s => s.Parts)];
    }

    private async Task RequireWholeAsync(PointId point, string when)
    {
        try
        {
            var reader = await RecoveryPointReader.OpenAsync(vault.Store, SampleVault.Cluster, point, SealTrust.Unasked, default);
            foreach (var segment in reader.Inventory.Segments)
                Assert.Equal(segment.Objects, await reader.ReadSegmentAsync(segment, default).CountAsync());
        }
        catch (ArchiveException e)
        {
            Assert.Fail($"{when}: {e.Message}");
        }
    }

    private sealed class CrashException : Exception;
}
