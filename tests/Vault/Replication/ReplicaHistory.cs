using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Verification;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Tests.Pruning;

namespace Holdfast.Vault.Tests.Replication;

/// <summary>
/// A replica of a vault to which one thing after another is done: what there must be of it at each moment, compared with what is in its
/// container itself.
/// </summary>
internal sealed class ReplicaHistory(Random random, SampleVault vault, ExpectedPoints expected)
{
    private readonly SampleReplica replica = new(vault.Time);

    /// <summary>Points that were whole in the replica once.</summary>
    private readonly HashSet<PointId> whole = [];

    public int Copied => whole.Count;
    public int Crashes { get; private set; }

    /// <summary>Cut short at any call, or not; and a valid vault whatever it is.</summary>
    public async Task<string> StepAsync()
    {
        var (calls, crash) = (0, random.Next(2) == 0 ? random.Next(1, 60) : int.MaxValue);
        var through = new FaultyStore(replica.Store).Before(_ =>
        {
            if (Interlocked.Increment(ref calls) >= crash)
                throw new CrashException();
        });
        try
        {
            var result = await replica.CopyAsync(vault.Store, through);
            Assert.True(result.Findings.IsEmpty, string.Join(Environment.NewLine, result.Findings.Select(f => f.Message)));
        }
        catch (CrashException)
        {
            Crashes++;
        }
        // bytes of packs are compared after each step
        await replica.RequireValidAsync("replication", PackSample.None);
        foreach (var point in expected.Points.Keys.Where(p => Has(VaultPaths.Seal(SampleVault.Cluster, p))))
        {
            if (Has(VaultPaths.Inventory(SampleVault.Cluster, point)))
                whole.Add(point);
        }
        return "replication";
    }

    /// <summary>No point that was whole once has lost a byte, whatever became of it in the vault.</summary>
    public void Check(string when)
    {
        foreach (var point in whole)
        {
            Require(VaultPaths.Seal(SampleVault.Cluster, point), null, when);
            Require(VaultPaths.Inventory(SampleVault.Cluster, point), null, when);
            foreach (var pack in expected.Parts[point].Select(p => p.Pack).Distinct())
                Require(VaultPaths.Pack(SampleVault.Cluster, pack), pack, when);
        }
    }

    /// <summary>Once it isn't cut short any more, it has every seal, and every point that isn't expired.</summary>
    public async Task EndAsync()
    {
        var result = await replica.CopyAsync(vault.Store);
        Assert.True(result.Findings.IsEmpty, string.Join(Environment.NewLine, result.Findings.Select(f => f.Message)));
        Assert.Equal((await ChainAsync(vault)).Order(), (await ChainAsync(new(vault.Time, replica.Store))).Order());
        foreach (var point in expected.Points.Keys.Where(p => !expected.Expired.ContainsKey(p)))
            await new SampleVault(vault.Time, replica.Store).RequireReadableAsync(point);
        var report = await replica.VerifyAsync();
        Assert.True(report.Intact, string.Join(Environment.NewLine, report.Findings.Select(f => f.Message)));
    }

    private static async Task<IEnumerable<string>> ChainAsync(SampleVault of) =>
        (await SealChain.ReadAsync(of.Store, SampleVault.Cluster, default)).Seals.Select(s => s.SealDigest.ToString());

    private bool Has(string path) => replica.Worm.Container.Blobs.ContainsKey(path);

    private void Require(string path, ContentDigest? digest, string when)
    {
        Assert.True(Has(path), $"{when}: the replica has lost {path}");
        Assert.True(
            digest is null || ContentDigest.Of(replica.Worm.Container.Blobs[path].Versions[0].Content) == digest,
            $"{when}: {path} of the replica has other bytes"
        );
    }

    private sealed class CrashException : Exception;
}
