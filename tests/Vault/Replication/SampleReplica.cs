using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Control;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Replication;
using Holdfast.Vault.Tests.Pruning;

namespace Holdfast.Vault.Tests.Replication;

/// <summary>A replica as Azure keeps it, in an account of its own, and what copies into it.</summary>
internal sealed class SampleReplica(TimeProvider time, string name = "replica")
{
    private readonly MemoryDocuments cache = new();

    public WormVault Worm { get; } = new(time, name: name);

    public IBlobStore Store => Worm.Store;

    public ReplicaTerms Terms { get; init; } = ReplicaTerms.AsCaptured;

    /// <param name="through">Into the replica; null: as it is.</param>
    public async Task<ReplicationResult> CopyAsync(IBlobStore source, IBlobStore? through = null, SealTrust? trust = null)
    {
        var means = new ReplicationMeans(trust ?? SealTrust.Anyone, time, cache) { Terms = Terms };
        var replication = new VaultReplication(source, through ?? Store, SampleVault.Cluster, means);
        return await replication.ApplyAsync(await replication.PlanAsync(default), static () => false, null, default);
    }

    public Task<VerifyReport> VerifyAsync() => VerifyAsync(PackSample.All);

    /// <summary>Each sealed point is whole, and the seals that it names are there; of others there may be a beginning.</summary>
    public async Task RequireValidAsync(string when, PackSample? packs = null)
    {
        var report = await VerifyAsync(packs ?? PackSample.All);
        var damage = report.Findings.Where(f => f.IsDamage && !IsBeginning(f)).Select(f => f.Message);
        Assert.True(!damage.Any(), $"{when}: {string.Join(Environment.NewLine, damage)}");
    }

    private Task<VerifyReport> VerifyAsync(PackSample packs) =>
        PointVerifier.VerifyAsync(Store, SampleVault.Cluster, new VerifyRequest(SealTrust.Anyone) { Packs = packs }, null, default);

    /// <summary>The copy of a point that was cut short, which isn't a point yet; or the marker, of a vault that has no point.</summary>
    private bool IsBeginning(Finding finding) =>
        finding.Kind == FindingKind.Missing
        && (
            (finding.Path == VaultPaths.Marker && !Worm.Container.Blobs.Keys.Any(k => k.EndsWith("seal.json", StringComparison.Ordinal)))
            || (finding.Point is { } point && finding.Path == VaultPaths.Seal(SampleVault.Cluster, point) && !IsNamed(point))
        );

    private bool IsNamed(PointId point) =>
        Worm
            .Container.Blobs.Where(b => b.Key.EndsWith("seal.json", StringComparison.Ordinal))
            .Any(b =>
                System
                    .Text.Encoding.UTF8.GetString(b.Value.Versions[0].Content)
                    .Contains($"\"previous\":[{{\"point\":\"{point}\"", StringComparison.Ordinal)
            );
}
