using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Holds;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;
using Holdfast.Vault.Tests.Replication;
using Holdfast.Vault.Tests.Retention;

namespace Holdfast.Vault.Tests.Pruning;

/// <summary>
/// Does one thing after another to a vault as Azure keeps it (versions, locked and unlocked immutability, legal holds), and knows what must
/// be there afterwards.
/// </summary>
internal sealed class VaultHistory
{
    private const int MostOpen = 3;
    private const int MostHeld = 3;
    private static readonly PolicyName Nightly = PolicyName.TryParse("nightly", out var name) ? name : default;
    private static readonly RetentionTerms Terms = new(
        ImmutableDictionary<PolicyName, RetentionTerm>.Empty.Add(Nightly, new(new(Daily: 4, Weekly: 2), TimeZones.Find("Europe/Berlin"))),
        new(new(Last: 2, Within: KeptDuration.Parse("36h")), TimeZoneInfo.Utc)
    );

    private readonly Random random;
    private readonly WormVault worm;
    private readonly SampleVault vault;
    private readonly List<OpenCapture> open = [];
    private readonly ExpectedPoints expected;
    private readonly ReplicaHistory replica;

    public VaultHistory(Random random)
    {
        this.random = random;
        var time = new HastyTime(SampleVault.Begin);
        worm = new(time);
        vault = new(time, worm.Store);
        expected = new(worm.Container, time);
        replica = new(random, vault, expected);
    }

    public int Sealed => expected.Points.Count;
    public int Purged { get; private set; }
    public int Crashes { get; private set; }
    public int Jumps { get; private set; }
    public int Held { get; private set; }
    public int Replicated => replica.Copied;

    /// <summary>Captures that sealed while something was purged.</summary>
    public int Raced { get; private set; }

    public override string ToString() =>
        $"{Sealed} points, {expected.Expired.Count} expired, {Purged} purged, {Crashes} crashes, {Raced} captures sealed during a purge, "
        + $"{Jumps} clock jumps, {Held} holds, "
        + $"{replica.Copied} points replicated, {replica.Crashes} replications cut short";

    public async Task<string> StepAsync()
    {
        switch (random.Next(12))
        {
            case 11:
                return await replica.StepAsync();
            case 10:
                return await JumpAsync();
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

    /// <inheritdoc cref="ExpectedPoints.Check"/>
    public void Check(string when)
    {
        expected.Check(when);
        replica.Check(when);
    }

    /// <summary>Once nothing runs and every grace time is over, there is what unexpired points need, and nothing else.</summary>
    public async Task EndAsync()
    {
        await replica.EndAsync();
        open.Clear();
        foreach (var point in expected.Held.ToList())
            await ReleaseAsync(point);
        Assert.DoesNotContain(worm.Container.Blobs.Values, b => b.Versions.Exists(v => v.HasLegalHold));
        // longer than any pack's immutability lasts, in steps of 30 days
        for (var i = 0; i < 8; i++)
        {
            vault.Time.Now += TimeSpan.FromDays(8);
            await PruneAsync(crash: null, race: false);
            Check("the end");
        }
        var needed = new HashSet<string>();
        foreach (var point in expected.Points.Keys.Where(p => !expected.Expired.ContainsKey(p)))
        {
            needed.UnionWith(expected.Parts[point].Select(p => VaultPaths.Pack(SampleVault.Cluster, p.Pack)));
            await vault.RequireReadableAsync(point);
        }
        Assert.Equal(needed.Order(StringComparer.Ordinal), await vault.PacksAsync());
        var inventories = (await vault.PathsAsync()).Where(p => p.EndsWith("inventory.json.gz", StringComparison.Ordinal));
        Assert.Equal(expected.Points.Keys.Count(p => !expected.Expired.ContainsKey(p)), inventories.Count());
        var report = await PointVerifier.VerifyAsync(vault.Store, SampleVault.Cluster, null, SealTrust.Anyone, null, default);
        Assert.True(report.Findings.IsEmpty, string.Join(Environment.NewLine, report.Findings.Select(f => f.Message)));
    }

    /// <summary>It reuses what the latest point has, as captures do, or finds packs by their digests.</summary>
    private async Task BeginAsync()
    {
        if (open.Count >= MostOpen)
            open.RemoveAt(0);
        vault.Time.Now += TimeSpan.FromSeconds(1);
        var end = await ChainEnd.FindAsync(vault.Store, SampleVault.Cluster, SealTrust.Anyone, default);
        var known = end.Latest is { } last && random.Next(3) > 0 ? await vault.PartsAsync(last.Id) : [];
        var capture = new OpenCapture(
            vault.Store,
            vault.Time,
            new()
            {
                Policy = random.Next(2) == 0 ? null : "nightly",
                State = random.Next(4) == 0 ? PointState.Partial : PointState.Succeeded,
                KeepUntil = random.Next(3) == 0 ? null : vault.Time.Now.AddHours(random.Next(1, 24 * 20)),
                Mode = random.Next(2) == 0 ? ImmutabilityMode.Locked : ImmutabilityMode.Unlocked,
            }
        );
        await capture.ExportAsync(SampleVault.Contents(random), known.DistinctBy(p => p.RawDigest).ToDictionary(p => p.RawDigest));
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
            await RememberAsync(await capture.SealAsync(), capture);
        }
        catch (ArchiveException e) when (e.Failure == ArchiveFailure.Conflict)
        {
            Assert.True(vault.Time.Now - capture.PinnedAt > RecoveryPointWriter.SealingLimit, e.Message);
        }
    }

    private async Task RememberAsync(SealedPoint point, OpenCapture capture)
    {
        expected.Points[point.Id] = new(
            point.Id,
            point.Seal.Sequence,
            point.Seal.PinnedAt,
            point.Seal.State,
            capture.Policy is null ? null : Nightly,
            point.Seal.KeepUntil
        );
        expected.Parts[point.Id] = [.. await vault.PartsAsync(point.Id)];
    }

    /// <summary>Cut short at any call; then it is repeated, as whoever ordered it does.</summary>
    private async Task<string> HoldAsync()
    {
        if (expected.ToHold(random) is not { } point)
            return "nothing";
        if (expected.Held.Contains(point))
        {
            await ReleaseAsync(point);
            return "a hold ends";
        }
        if (!await vault.HasInventoryAsync(point) || expected.Held.Count >= MostHeld)
            return "nothing";
        await TwiceAsync(holds => holds.AddAsync(point, "a", "audit", vault.Time.Now, default));
        expected.Held.Add(point);
        Held++;
        return "a hold begins";
    }

    private async Task ReleaseAsync(PointId point)
    {
        await TwiceAsync(holds => holds.RemoveAsync(point, default));
        expected.Held.Remove(point);
    }

    private async Task TwiceAsync(Func<PointHolds, Task> act)
    {
        var (calls, crash) = (0, random.Next(1, 30));
        var store = new FaultyStore(vault.Store).Before(_ =>
        {
            if (Interlocked.Increment(ref calls) == crash)
                throw new CrashException();
        });
        try
        {
            await act(new(store, SampleVault.Cluster));
        }
        catch (CrashException)
        {
            Crashes++;
            await act(new(vault.Store, SampleVault.Cluster));
        }
    }

    /// <summary>This machine's clock is wrong for a while: nothing may expire or be purged.</summary>
    private async Task<string> JumpAsync()
    {
        Jumps++;
        var ours = new SettableTime(vault.Time.Now + (random.Next(2) == 0 ? 1 : -1) * TimeSpan.FromMinutes(random.Next(6, 60 * 24 * 30)));
        var pruning = new VaultPruning(vault.Store, SampleVault.Cluster, vault.Means() with { Time = ours });
        var refused = await Assert.ThrowsAsync<ArchiveException>(() => pruning.PlanAsync(Terms, default));
        Assert.Equal(ArchiveFailure.Conflict, refused.Failure);
        return "the clock jumps";
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
        [
            .. expected
                .Points.Values.Where(p => !expected.Expired.ContainsKey(p.Id))
                .Select(p => p with { Hold = expected.Held.Contains(p.Id) ? "a: audit" : null }),
        ];

    /// <summary>A run that was cut short may have expired some; those that it should not are found by the comparison above.</summary>
    private async Task NoteExpiredAsync()
    {
        foreach (var point in expected.Points.Keys.Where(p => !expected.Expired.ContainsKey(p)).ToList())
        {
            var path = VaultPaths.Expired(SampleVault.Cluster, point);
            if (await vault.Store.ReadAsync(path, null, default) is { } bytes)
                expected.Expired[point] = PointExpiry.Read(bytes, path).ExpiredAt;
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

    private FaultyStore CrashingAt(Func<StoreCall, bool> when) =>
        new FaultyStore(vault.Store).Before(call =>
        {
            if (call.Operation == StoreOperation.Create && when(call))
                throw new CrashException();
        });

    private sealed class CrashException : Exception;
}
