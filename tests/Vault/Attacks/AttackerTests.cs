using System.Globalization;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.TestKit.Files;

namespace Holdfast.Vault.Tests.Attacks;

/// <summary>
/// Plays the attacker with each ability of the threat model. docs/security.md has what comes of it: by what it is found, what a restore of
/// the latest point does, and how many of fifty points can still be restored. HOLDFAST_ACCEPT=1 writes the table.
/// </summary>
public sealed class AttackerTests
{
    private const string Begin = "<!-- attacks -->\n";
    private const string End = "<!-- end of attacks -->";
    private static readonly Protection Plain = new(null, false);
    private static readonly Protection Signed = new(null, true);
    private static readonly Protection Locked = new(ImmutabilityMode.Locked, false);
    private static readonly Protection LockedAndSigned = new(ImmutabilityMode.Locked, true);
    private static readonly Protection Unlocked = new(ImmutabilityMode.Unlocked, true);

    private static readonly (string Attack, Protection[] On, Func<AttackedVault, Task> Act)[] Attacks =
    [
        ("changes a byte of a pack", [Plain, Locked], FlipAsync),
        ("deletes a pack", [Plain, Locked], async v => await v.DeleteAsync(await v.OwnPackAsync(30))),
        ("deletes every pack", [Plain, LockedAndSigned, Unlocked], v => v.DeleteAllAsync(VaultPaths.Packs(AttackedVault.Cluster))),
        ("replaces an inventory", [Plain, LockedAndSigned], v => Task.Run(() => v.Put(Inventory(v, 30), "forged"u8.ToArray()))),
        ("deletes a point in the middle", [Plain, LockedAndSigned], v => DeleteAsync(v, 30, 30)),
        ("deletes the five newest points", [Plain, Signed, LockedAndSigned], v => DeleteAsync(v, 45, 49)),
        ("replaces the newest point by a forged one", [Plain, Signed, LockedAndSigned], ReplaceNewestAsync),
        ("replaces all points by forged ones", [Plain, Signed, LockedAndSigned], ReplaceAllAsync),
        ("adds a forged point", [Plain, Signed, Locked, LockedAndSigned], v => v.CaptureAsync(null, "forged")),
        ("adds a point that is signed with another key", [Signed, LockedAndSigned], AddSignedAsync),
        ("adds a point with the signing key, which was stolen", [LockedAndSigned], v => v.CaptureAsync(v.Signer, "forged")),
        ("marks every point as expired", [Plain, Signed, LockedAndSigned], v => Task.Run(() => Expire(v))),
        ("deletes everything", [Plain, LockedAndSigned, Unlocked], v => v.DeleteAllAsync("")),
        ("writes over every name", [Plain, LockedAndSigned], OverwriteAsync),
    ];

    [Fact]
    public async Task What_each_attack_costs_and_what_finds_it_is_what_the_documentation_says()
    {
        var table = new StringBuilder(
            "| an attacker | points are | found by | `latest` is | can be restored |\n| --- | --- | --- | --- | ---: |\n"
        );
        var untouched = new Dictionary<Protection, AttackedVault>();
        foreach (var (attack, on, act) in Attacks)
        foreach (var protection in on)
        {
            if (!untouched.TryGetValue(protection, out var vault))
                untouched.Add(protection, vault = await AttackedVault.NewAsync(protection));
            table.Append(await RowAsync(attack, await vault.CopyAsync(), act));
        }

        var file = RepositoryFiles.Path("docs/security.md");
        var text = await File.ReadAllTextAsync(file);
        var from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var to = text.IndexOf(End, StringComparison.Ordinal);
        if (RepositoryFiles.Accepting)
            await File.WriteAllTextAsync(file, $"{text[..from]}\n{table}\n{text[to..]}");
        else
            Assert.Equal(table.ToString(), text[from..to].Trim() + "\n");
    }

    /// <summary>Whatever else happens: what was locked is still there, and nothing is found where nothing happened.</summary>
    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task An_untouched_vault_has_no_findings_and_restores_all(bool isLocked)
    {
        var vault = await (await AttackedVault.NewAsync(isLocked ? LockedAndSigned : Plain)).CopyAsync();

        Assert.Equal(
            ("nothing", "the newest", AttackedVault.Points),
            (await FoundByAsync(vault), await LatestAsync(vault), await vault.RestorableAsync())
        );
    }

    private static async Task<string> RowAsync(string attack, AttackedVault vault, Func<AttackedVault, Task> act)
    {
        await act(vault);
        var (found, latest, restorable) = (await FoundByAsync(vault), await LatestAsync(vault), await vault.RestorableAsync());
        if (vault.Protection.Mode == ImmutabilityMode.Locked)
            Assert.Equal(AttackedVault.Points, restorable);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {attack} | {Name(vault.Protection)} | {found} | {latest} | {restorable} |\n"
        );
    }

    private static string Name(Protection protection) => string.Join(", ", new[]
            {
                protection.IsSigned ? "signed" : null,
                protection.Mode switch
                {
                    ImmutabilityMode.Locked => "locked",
                    ImmutabilityMode.Unlocked => "immutable, not locked",
                    _ => null,
                },
            }.OfType<string>().DefaultIfEmpty("neither"));

    /// <summary>The first of what is done the most often.</summary>
    private static async Task<string> FoundByAsync(AttackedVault vault)
    {
        var listed = await new PointCatalog(vault.Store, vault.Trust).JudgeAsync(AttackedVault.Cluster, default);
        if (!listed.Faults.IsEmpty)
            return "`points`";
        var quick = new VerifyRequest(vault.Trust) { Packs = PackSample.None };
        if (!await IsIntactAsync(vault, quick))
            return "`verify --quick`";
        if (!await IsIntactAsync(vault, quick with { Packs = PackSample.All }))
            return "`verify`";
        return await IsIntactAsync(vault, quick with { Heads = [vault.Head] }) ? "nothing" : "`verify --expect-head`";
    }

    private static async Task<bool> IsIntactAsync(AttackedVault vault, VerifyRequest request) =>
        (await PointVerifier.VerifyAsync(vault.Store, AttackedVault.Cluster, request, null, default)).Intact;

    private static async Task<string> LatestAsync(AttackedVault vault)
    {
        try
        {
            var latest = await new PointCatalog(vault.Store, vault.Trust).FindAsync(AttackedVault.Cluster, PointCatalog.Latest, default);
            return latest.SealDigest == vault.Sealed[^1].SealDigest ? "the newest"
                : vault.Sealed.Exists(p => p.SealDigest == latest.SealDigest) ? "an older one"
                : "**the forged one**";
        }
        catch (ArchiveException e)
        {
            return e.Failure == ArchiveFailure.NotFound ? "none" : "refused";
        }
    }

    private static string Inventory(AttackedVault vault, int day) => VaultPaths.Inventory(AttackedVault.Cluster, vault.Sealed[day].Id);

    private static async Task FlipAsync(AttackedVault vault)
    {
        var path = await vault.OwnPackAsync(30);
        var content = (await vault.Store.ReadAsync(path, null, default))!;
        content[content.Length / 2] ^= 1;
        vault.Put(path, content);
    }

    private static async Task DeleteAsync(AttackedVault vault, int from, int to)
    {
        for (var day = from; day <= to; day++)
            await vault.DeleteAllAsync($"{VaultPaths.Points(AttackedVault.Cluster)}{vault.Sealed[day].Id}/");
    }

    private static async Task ReplaceNewestAsync(AttackedVault vault)
    {
        await DeleteAsync(vault, 49, 49);
        await vault.CaptureAsync(null, "forged");
    }

    private static async Task ReplaceAllAsync(AttackedVault vault)
    {
        await vault.DeleteAllAsync("");
        for (var day = 0; day < AttackedVault.Points; day++)
            await vault.CaptureAsync(null, $"forged-{day}");
    }

    private static async Task AddSignedAsync(AttackedVault vault)
    {
        using var other = AttackedVault.NewSigner();
        await vault.CaptureAsync(other, "forged");
    }

    /// <summary>As if its time had come.</summary>
    private static void Expire(AttackedVault vault)
    {
        foreach (var point in vault.Sealed)
            vault.Put(
                VaultPaths.Expired(AttackedVault.Cluster, point.Id),
                new PointExpiry
                {
                    Point = point.Id,
                    ExpiredAt = (point.Seal.KeepUntil ?? point.Seal.PinnedAt).AddDays(1),
                    Rule = "keep daily 1",
                }.ToBytes()
            );
    }

    private static async Task OverwriteAsync(AttackedVault vault)
    {
        foreach (var path in await vault.PathsAsync(""))
            vault.Put(path, "encrypted by others"u8.ToArray());
    }
}
