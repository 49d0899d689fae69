using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Machine.Files;

namespace Holdfast.Cli.Diagnosing;

/// <summary>Whether the vault that verbs would use can be used, and what protects it. Nothing is written.</summary>
internal sealed class VaultChecks(Invocation invocation, OpenedVault vault)
{
    /// <summary>A storage service refuses requests that are signed with a clock 15 minutes off.</summary>
    private static readonly TimeSpan RefusedSkew = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan NoticedSkew = TimeSpan.FromMinutes(1);

    /// <summary>It is there and can be read; a folder can be written, too.</summary>
    public async Task<IEnumerable<Finding>> ReachAsync(CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        if (vault.Warning is { } warning)
            findings.Add(new(FindingState.Warning, warning));
        var clusters = await SealedPoints.ClustersAsync(vault.Store, cancellation);
        foreach (var cluster in clusters)
        {
            var newest = await new PointCatalog(vault.Store, SealTrust.Anyone).FindAsync(cluster, "latest", cancellation);
            var age = Readable.Age(invocation.Time.GetUtcNow() - newest.Seal.PinnedAt);
            findings.Add(Finding.Ok($"{cluster}: newest point {newest.Id}, {age} old, {newest.Seal.State}"));
        }
        findings.Insert(0, Finding.Ok($"{vault.Text} can be read; it has points of {Readable.Count(clusters.Length, "cluster")}"));
        if (Directory.Exists(vault.Text) && !NativeFiles.MayWrite(vault.Text))
            findings.Add(
                Finding.Warning($"{vault.Text} can't be written by this user", "captures need that: change its owner or its mode")
            );
        return findings;
    }

    /// <summary>Whether the keys at hand open it.</summary>
    public async Task<IEnumerable<Finding>> KeysAsync(CancellationToken cancellation) =>
        await VaultKeys.Of(vault.Store).CurrentAsync(cancellation) is { } encryption
            ? [Finding.Ok($"the vault is encrypted ({encryption.Scope}), and the keys at hand open it")]
            : [Finding.Ok("the vault isn't encrypted by Holdfast")];

    /// <summary>What its storage promises.</summary>
    public async Task<IEnumerable<Finding>> ProtectionAsync(CancellationToken cancellation)
    {
        var traits = await vault.Store.TraitsAsync(cancellation);
        var missing = traits.Where(t => t.State == TraitState.Missing).Select(t => t.Trait).ToArray();
        return missing.Length == 0
            ? [Finding.Ok("nothing is known to be missing in the storage's protection")]
            :
            [
                Finding.Warning(
                    $"missing in the storage: {string.Join(", ", missing)}",
                    $"`{ProgramName.Typed} vault check` says what each is good for"
                ),
            ];
    }

    /// <summary>Times of points, and of what expires, are this machine's; ages are the storage's.</summary>
    public async Task<IEnumerable<Finding>> ClockAsync(CancellationToken cancellation)
    {
        var skew = (await vault.Store.NowAsync(cancellation) - invocation.Time.GetUtcNow()).Duration();
        var words = $"this machine's clock and the storage's differ by {Readable.Duration(skew)}";
        return
        [
            skew < NoticedSkew ? Finding.Ok(words)
            : skew < RefusedSkew ? Finding.Warning(words, "set this machine's clock by NTP")
            : Finding.Error(words, "set this machine's clock by NTP: the storage refuses requests that are 15 minutes off"),
        ];
    }
}
