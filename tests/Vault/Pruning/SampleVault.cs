using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Control.Policies;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;

namespace Holdfast.Vault.Tests.Pruning;

/// <summary>A vault with a clock of its own, captures into it, and pruning.</summary>
/// <param name="store">Null: in memory.</param>
internal sealed class SampleVault(HastyTime time, IBlobStore? store = null)
{
    public static readonly DateTimeOffset Begin = new(2026, 11, 1, 2, 0, 0, TimeSpan.Zero);
    public static readonly ClusterName Cluster = SamplePoint.Cluster;

    public SampleVault()
        : this(new(Begin)) { }

    public HastyTime Time => time;

    public IBlobStore Store { get; } = store ?? new MemoryStore(time);

    /// <summary>What a capture of a changing cluster finds.</summary>
    public static string[] Contents(Random random) =>
        [
            .. Enumerable
                .Range(0, 30)
                .Where(_ => random.Next(4) == 0)
                .Select(i => $"c{i.ToString(CultureInfo.InvariantCulture)}")
                .DefaultIfEmpty("c0"),
        ];

    /// <summary>By hand, in UTC.</summary>
    public static RetentionTerms Keep(RetentionRule rule) => RetentionTerms.None with { ByHand = new(rule, TimeZoneInfo.Utc) };

    public PruneMeans Means(SealSigner? signer = null, SealTrust? trust = null) =>
        new(trust ?? SealTrust.Anyone, signer, time) { Random = new(1) };

    /// <summary>A point with a pack for each content.</summary>
    public async Task<SealedPoint> CaptureAsync(params string[] contents) => await CaptureAsync(new SampleCapture(), contents);

    public async Task<SealedPoint> CaptureAsync(SampleCapture capture, params string[] contents)
    {
        var begun = new OpenCapture(capture.Store ?? Store, time, capture);
        await begun.ExportAsync(contents, ImmutableDictionary<ContentDigest, Part>.Empty);
        return await begun.SealAsync();
    }

    public async Task<PruneResult> PruneAsync(RetentionRule rule, PruneMeans? means = null, IBlobStore? store = null)
    {
        var pruning = new VaultPruning(store ?? Store, Cluster, means ?? Means());
        return await pruning.ApplyAsync(await pruning.PlanAsync(Keep(rule), default), TimeSpan.FromMinutes(4), default);
    }

    public Task<PrunePlan> PlanAsync(RetentionRule rule, PruneMeans? means = null) =>
        new VaultPruning(Store, Cluster, means ?? Means()).PlanAsync(Keep(rule), default);

    public async Task<List<string>> PathsAsync(string prefix = "")
    {
        var paths = new List<string>();
        await foreach (var blob in Store.ListAsync(prefix, default))
            paths.Add(blob.Path);
        return [.. paths.Distinct()];
    }

    public async Task<IReadOnlyList<Part>> PartsAsync(PointId point)
    {
        var inventory = await RecoveryPointReader.FindInventoryAsync(Store, Cluster, point, default);
        return [.. inventory!.Segments.SelectMany(s => s.Parts)];
    }

    public async Task RequireReadableAsync(PointId point)
    {
        var reader = await RecoveryPointReader.OpenAsync(Store, Cluster, point, SealTrust.Unasked, default);
        foreach (var segment in reader.Inventory.Segments)
            Assert.Equal(segment.Objects, await reader.ReadSegmentAsync(segment, default).CountAsync());
    }

    public Task<List<string>> PacksAsync() => PathsAsync(VaultPaths.Packs(Cluster));

    public async Task<bool> IsExpiredAsync(PointId point) =>
        await Store.ReadAsync(VaultPaths.Expired(Cluster, point), null, default) is not null;

    public async Task<bool> HasInventoryAsync(PointId point) =>
        await Store.ReadAsync(VaultPaths.Inventory(Cluster, point), null, default) is not null;
}

/// <summary>How a sample capture differs from a plain one by hand.</summary>
internal sealed record SampleCapture
{
    public IBlobStore? Store { get; init; }
    public string? Policy { get; init; }
    public PointState State { get; init; } = PointState.Succeeded;
    public DateTimeOffset? KeepUntil { get; init; }
    public ImmutabilityMode Mode { get; init; }
    public ImmutabilityTerm? Term => ImmutabilityTerm.Of(KeepUntil, Mode);
    public SealSigner? Signer { get; init; }
    public ImmutableArray<VolumeRecord>? Volumes { get; init; }
}

/// <summary>A capture between its beginning and its seal.</summary>
internal sealed class OpenCapture(IBlobStore store, TimeProvider time, SampleCapture how)
{
    private readonly DateTimeOffset pinnedAt = time.GetUtcNow();
    private readonly RecoveryPointWriter writer = new(store, SampleVault.Cluster, how.Term, time);
    private ImmutableArray<Segment> segments = [];
    private string[] exported = [];

    public DateTimeOffset PinnedAt => pinnedAt;

    /// <summary>Writes each content into a pack of its own, or refers to where it lies already.</summary>
    /// <param name="known">Of an earlier point, by their raw digest.</param>
    public async Task ExportAsync(string[] contents, IReadOnlyDictionary<ContentDigest, Part> known)
    {
        exported = contents;
        var all = ImmutableArray.CreateBuilder<Segment>();
        foreach (var content in contents)
        {
            var packed = await SamplePoint.PackAsync(writer, [new("configmaps", content, Manifest(content))], null, known);
            all.AddRange(SamplePoint.InventoryOf(packed, pinnedAt).Segments);
        }
        segments = all.ToImmutable();
    }

    public string? Policy => how.Policy;

    /// <summary>Seals; what is lost is written again.</summary>
    /// <param name="through">Null: the store that it exports to.</param>
    public async Task<SealedPoint> SealAsync(IBlobStore? through = null)
    {
        var sealer = through is null ? writer : new(through, SampleVault.Cluster, how.Term, time);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await sealer.SealAsync(Inventory(), new(how.State, how.KeepUntil, how.Signer) { Mode = how.Mode }, default);
            }
            catch (ArchiveException e) when (!e.LostPacks.IsEmpty && attempt < 5)
            {
                await ExportAsync(exported, ImmutableDictionary<ContentDigest, Part>.Empty);
            }
        }
    }

    private Inventory Inventory()
    {
        var inventory = SamplePoint.InventoryOf(new([], 0, 0, 0), pinnedAt) with
        {
            Types =
            [
                new()
                {
                    Type = new("", "v1", "configmaps", "ConfigMap", true),
                    State = TypeState.Captured,
                    Revision = new("4711"),
                    Objects = segments.Sum(s => s.Objects),
                    RawBytes = segments.Sum(s => s.Parts.Sum(p => p.RawBytes)),
                },
            ],
            Segments = segments,
            Volumes = how.Volumes,
            Version = how.Volumes is null ? 1 : 2,
            Policy = how.Policy is { } policy ? JsonSerializer.SerializeToElement(new { name = policy }) : null,
        };
        return how.State == PointState.Succeeded ? inventory : inventory with { Gaps = [new("pods", null, "not asked")] };
    }

    private static string Manifest(string content) =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"{{{content}}}"},"data":{"a":"{{{content}}}"}}""";
}
