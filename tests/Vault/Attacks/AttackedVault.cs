using System.Collections.Immutable;
using System.Security.Cryptography;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;
using Holdfast.TestKit.Worm;
using Holdfast.Vault.Tests.Pruning;

namespace Holdfast.Vault.Tests.Attacks;

/// <summary>
/// A vault of fifty daily points, as an attacker finds it who has got hold of the storage: with all rights to write and delete blobs, and
/// to change policies of immutability.
/// </summary>
internal sealed class AttackedVault
{
    public const int Points = 50;
    public static readonly ClusterName Cluster = SampleVault.Cluster;
    private readonly HastyTime time = new(SampleVault.Begin);
    private readonly WormContainer? worm;
    private readonly MemoryStore? plain;
    private readonly Dictionary<PointId, string> contents = [];

    private AttackedVault(Protection protection, SealSigner? signer)
    {
        (Protection, Signer) = (protection, signer);
        if (protection.Mode is null)
        {
            Store = plain = new(time, versions: false);
            return;
        }
        var vault = new WormVault(time);
        (Store, worm) = (vault.Store, vault.Container);
    }

    public Protection Protection { get; }
    public IBlobStore Store { get; }

    /// <summary>Null: points aren't signed.</summary>
    public SealSigner? Signer { get; }
    public SealTrust Trust { get; private set; } = SealTrust.Anyone;

    /// <summary>In order.</summary>
    public List<SealedPoint> Sealed { get; } = [];

    /// <summary>As the service keeps it in its control container.</summary>
    public ChainHead Head => ChainHead.Of(Sealed[^1]);

    /// <summary>A vault in which nothing has happened yet.</summary>
    public static async Task<AttackedVault> NewAsync(Protection protection)
    {
        var signer = protection.IsSigned ? NewSigner() : null;
        var vault = new AttackedVault(protection, signer);
        if (signer is not null)
            vault.Trust = SealTrust.Of([await signer.PublicKeyAsync(default)], UnsignedSeals.Refused);
        for (var day = 0; day < Points; day++)
        {
            vault.time.Now += TimeSpan.FromDays(1);
            var point = await vault.CaptureAsync(signer, $"day-{day}", "base");
            vault.Sealed.Add(point);
            vault.contents.Add(point.Id, (await vault.ContentAsync(point.Id))!);
        }
        return vault;
    }

    /// <summary>The same blobs, with their times and terms, in a store of its own.</summary>
    public async Task<AttackedVault> CopyAsync()
    {
        var copy = new AttackedVault(Protection, Signer) { Trust = Trust };
        foreach (var blob in (await Store.ListAsync("", default).ToListAsync()).OrderBy(b => b.LastModified))
        {
            copy.time.Now = blob.LastModified;
            var content = (await Store.ReadAsync(blob.Path, blob.Version, default))!;
            await copy.Store.CreateAsync(blob.Path, content, blob.Term, default);
        }
        copy.time.Now = time.Now + TimeSpan.FromHours(1);
        copy.Sealed.AddRange(Sealed);
        foreach (var (point, content) in contents)
            copy.contents.Add(point, content);
        return copy;
    }

    /// <summary>A point that continues the chain as it is now, and reuses what the last one has.</summary>
    public async Task<SealedPoint> CaptureAsync(SealSigner? signer, params string[] namespaces)
    {
        var until = Protection.Mode is null ? (DateTimeOffset?)null : time.Now.AddDays(90);
        var capture = new OpenCapture(
            Store,
            time,
            new()
            {
                KeepUntil = until,
                Mode = Protection.Mode ?? default,
                Signer = signer,
            }
        );
        var known = Sealed.Count is > 0 and < Points ? await PartsAsync(Sealed[^1].Id) : [];
        await capture.ExportAsync(namespaces, known.DistinctBy(p => p.RawDigest).ToDictionary(p => p.RawDigest));
        return await capture.SealAsync();
    }

    /// <summary>Writes over a blob, or creates one.</summary>
    public void Put(string path, byte[] content)
    {
        if (worm is null)
            plain!.Overwrite(path, content);
        else
            worm.Put(path, content, null, isLocked: false, ImmutableDictionary<string, string>.Empty);
    }

    /// <summary>Takes off what can be taken off, and deletes what can be deleted; at least the name is hidden.</summary>
    public async Task DeleteAsync(string path)
    {
        if (worm is null)
        {
            await plain!.DeleteAsync(path, null, default);
            return;
        }
        worm.Delete(path, null);
        foreach (var version in worm.Blobs[path].Versions.ToList())
        {
            try
            {
                worm.RemovePolicy(path, version.Id);
                worm.Delete(path, version.Id);
            }
            catch (WormException e) when (e.Status == 409)
            {
                // the storage refuses
            }
        }
    }

    public async Task DeleteAllAsync(string prefix)
    {
        foreach (var path in await PathsAsync(prefix))
            await DeleteAsync(path);
    }

    public async Task<List<string>> PathsAsync(string prefix) =>
        [.. (await Store.ListAsync(prefix, default).ToListAsync()).Select(b => b.Path).Distinct()];

    /// <summary>Of the fifty, those whose every object can still be read as it was captured.</summary>
    public async Task<int> RestorableAsync()
    {
        var count = 0;
        foreach (var point in Sealed)
            count += await ContentAsync(point.Id) == contents[point.Id] ? 1 : 0;
        return count;
    }

    /// <summary>The pack of what only this point has.</summary>
    public async Task<string> OwnPackAsync(int day)
    {
        var others = (await PartsAsync(Sealed[day - 1].Id)).Select(p => p.Pack).ToHashSet();
        return VaultPaths.Pack(Cluster, (await PartsAsync(Sealed[day].Id)).Single(p => !others.Contains(p.Pack)).Pack);
    }

    /// <returns>Null: the point can't be read.</returns>
    private async Task<string?> ContentAsync(PointId point)
    {
        try
        {
            var reader = await RecoveryPointReader.OpenAsync(Store, Cluster, point, Trust, default);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var segment in reader.Inventory.Segments)
            await foreach (var manifest in reader.ReadSegmentAsync(segment, default))
                hash.AppendData(manifest.Span);
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (ArchiveException)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<Part>> PartsAsync(PointId point) =>
        [.. (await RecoveryPointReader.FindInventoryAsync(Store, Cluster, point, default))!.Segments.SelectMany(s => s.Parts)];

    public static SealSigner NewSigner()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return SealSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
    }
}

/// <param name="Mode">Of the storage's immutability; null: it has none, and no versions.</param>
internal sealed record Protection(ImmutabilityMode? Mode, bool IsSigned);
