using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Verification;

/// <summary>What is found where not every byte is read, and what only a head from elsewhere finds.</summary>
public sealed class VerifyLevelsTests : IAsyncLifetime
{
    private const int Points = 12;
    private static readonly DateOnly Day = new(2026, 11, 22);

    private readonly MemoryStore store = new();
    private readonly List<SealedPoint> points = [];
    private TamperedStore vault = null!;

    public async Task InitializeAsync()
    {
        for (var i = 0; i < Points; i++)
            points.Add(await WriteAsync(store, i));
        vault = new(store);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_quick_look_finds_packs_that_are_gone_or_cut_short_without_reading_one()
    {
        var (gone, cut, flipped) = (await PackAsync(0), await PackAsync(1), await PackAsync(2));
        vault.Remove(gone);
        await vault.CutAsync(cut, 20);
        await vault.FlipAsync(flipped, 20);

        var quick = await VerifyAsync(PackSample.None);
        var full = await VerifyAsync(PackSample.All);

        Assert.Equal((Points, 0, 0L), (quick.PacksSeen, quick.Packs, quick.Bytes));
        Assert.Equal(
            new[] { (FindingKind.Missing, gone), (FindingKind.DigestMismatch, cut) }.Order(),
            quick.Findings.Select(f => (f.Kind, f.Path)).Order()
        );
        Assert.Contains(full.Findings, f => f.Path == flipped);
        Assert.Equal((Points, Points), (full.PacksSeen, full.Packs));
    }

    [Fact]
    public async Task A_quick_look_reads_every_seal_and_inventory()
    {
        await vault.FlipAsync(VaultPaths.Inventory(SamplePoint.Cluster, points[3].Id), 30);
        vault.Remove(VaultPaths.Seal(SamplePoint.Cluster, points[5].Id));

        var found = (await VerifyAsync(PackSample.None)).Findings.Where(f => f.IsDamage).Select(f => f.Point).ToHashSet();

        Assert.Contains(points[3].Id, found);
        Assert.Contains(points[5].Id, found);
    }

    [Theory]
    [InlineData(5, 20), InlineData(30, 4), InlineData(100, 1)]
    public async Task Samples_of_following_days_read_every_pack_once(int percent, int days)
    {
        var read = new List<int>();
        for (var day = 0; day < days; day++)
            read.Add((await VerifyAsync(PackSample.Of(percent, Day.AddDays(day)))).Packs);

        Assert.Equal(Points, read.Sum());
        Assert.Equal(
            (await VerifyAsync(PackSample.Of(percent, Day))).Packs,
            (await VerifyAsync(PackSample.Of(percent, Day.AddDays(days)))).Packs
        );
    }

    [Fact]
    public async Task A_verification_that_is_ended_early_is_continued_and_finds_everything_once()
    {
        await vault.FlipAsync(await PackAsync(0), 20);
        await vault.FlipAsync(await PackAsync(11), 20);
        vault.Remove(VaultPaths.Seal(SamplePoint.Cluster, points[5].Id));
        var whole = await VerifyAsync(PackSample.All);

        var (parts, after) = (new List<VerifyReport>(), (ContentDigest?)null);
        do
        {
            var request = new VerifyRequest(SealTrust.Anyone) { After = after, IsOver = () => true };
            parts.Add(await PointVerifier.VerifyAsync(vault, SamplePoint.Cluster, request, null, default));
            after = parts[^1].Rest;
        } while (after is not null);

        Assert.Equal(whole.Packs, parts.Count);
        Assert.Equal(
            whole.Findings.Select(f => (f.Kind, f.Path)).Order(),
            parts.SelectMany(p => p.Findings).Select(f => (f.Kind, f.Path)).Order()
        );
    }

    [Fact]
    public async Task A_cut_tail_is_found_by_the_head_and_by_nothing_else()
    {
        var head = ChainHead.Of(points[^1]);
        foreach (var point in points.TakeLast(2))
        {
            vault.Remove(VaultPaths.Seal(SamplePoint.Cluster, point.Id));
            vault.Remove(VaultPaths.Inventory(SamplePoint.Cluster, point.Id));
        }

        Assert.DoesNotContain((await VerifyAsync(PackSample.All)).Findings, f => f.IsDamage);
        await FoundAsync(FindingKind.Missing, head);
        await FoundAsync(FindingKind.Missing, new ChainHead(head.Sequence, head.Seal));
    }

    [Fact]
    public async Task A_newest_point_that_was_replaced_is_found_by_the_head()
    {
        var head = ChainHead.Of(points[^1]);
        var forged = SealDocument.Complete(points[^1].Seal with { KeepUntil = SamplePoint.Time });
        vault.Replace(VaultPaths.Seal(SamplePoint.Cluster, points[^1].Id), SealDocument.Write(forged));

        Assert.DoesNotContain((await VerifyAsync(PackSample.All)).Findings, f => f.IsDamage);
        await FoundAsync(FindingKind.BrokenChain, head);
    }

    [Fact]
    public async Task A_chain_that_was_cut_and_continued_is_found_by_the_head()
    {
        var head = ChainHead.Of(points[^1]);
        vault.Remove(VaultPaths.Seal(SamplePoint.Cluster, points[^1].Id));
        vault.Remove(VaultPaths.Inventory(SamplePoint.Cluster, points[^1].Id));
        var forked = await WriteAsync(vault, Points + 1);
        Assert.Equal(head.Sequence, forked.Seal.Sequence);
        await WriteAsync(vault, Points + 2);

        Assert.DoesNotContain((await VerifyAsync(PackSample.All)).Findings, f => f.IsDamage);
        await FoundAsync(FindingKind.Missing, head);
    }

    [Fact]
    public async Task A_head_that_later_points_follow_is_there()
    {
        var report = await VerifyAsync(PackSample.None, ChainHead.Of(points[4]), ChainHead.Of(points[^1]));

        Assert.Empty(report.Findings);
    }

    private async Task FoundAsync(FindingKind kind, ChainHead head)
    {
        var finding = Assert.Single((await VerifyAsync(PackSample.None, head)).Findings, f => f.IsDamage);
        Assert.Equal((kind, head.Point), (finding.Kind, finding.Point));
    }

    private Task<VerifyReport> VerifyAsync(PackSample packs, params ChainHead[] heads) =>
        PointVerifier.VerifyAsync(
            vault,
            SamplePoint.Cluster,
            new VerifyRequest(SealTrust.Anyone) { Packs = packs, Heads = [.. heads] },
            null,
            default
        );

    private async Task<string> PackAsync(int point)
    {
        var inventory = (await RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, points[point].Id, default)).Inventory;
        return VaultPaths.Pack(SamplePoint.Cluster, inventory.Segments[0].Parts[0].Pack);
    }

    private static Task<SealedPoint> WriteAsync(IBlobStore to, int number)
    {
        SampleSegment[] segments = [new("configmaps", "shop", $$$"""{"metadata":{"name":"a{{{number}}}"}}""")];
        return SamplePoint.WriteAsync(to, segments, SamplePoint.Time.AddHours(number));
    }
}
