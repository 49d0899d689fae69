using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Verification;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Heads;

namespace Holdfast.Cli.Verbs;

internal sealed class VerifyVerb : Verb
{
    private readonly Argument<string?> point = PointArgument.Optional("Default: every point, their chain, and what lies beside them");

    private readonly Option<string[]> publicKey = new("--public-key")
    {
        HelpName = "FILE",
        Description =
            "Trust only seals signed with the private key of this P-256 public key in PEM; repeat it for several. Default: the "
            + $"keys that {SignatureKeys.PublicVariable} holds, if any",
    };

    private readonly Option<bool> allowUnsigned = new("--allow-unsigned")
    {
        Description = "With --public-key: accept unsigned points from before signing began; not those after signed ones",
    };

    private readonly Option<bool> quick = new("--quick")
    {
        Description = "Read seals and inventories only, and look whether every pack is there, and long enough",
    };

    private readonly Option<string?> sample = new("--sample")
    {
        HelpName = "N%",
        Description = "Read N% of the packs, others on each day (UTC), so that all are read in 100/N days; the rest as with --quick",
    };

    private readonly Option<string[]> expectHead = new("--expect-head")
    {
        HelpName = "HEAD",
        Description =
            "The seal that was the newest of the cluster, as 'capture' and 'points' print it: finds that the newest points were deleted or "
            + "replaced; repeat it for several",
    };

    private readonly Option<string?> control = new("--control")
    {
        HelpName = "CONTROL",
        Description =
            "Expect the heads that a service knows: its control folder, or the URL of its container. Default: "
            + $"{OpenedControl.Variable}, if set",
    };

    public VerifyVerb()
        : base("verify", "Prove that points are whole, without restoring: exit code 4 when they are not", "text", "json")
    {
        Add(point);
        AddAll([quick, sample, expectHead, control, publicKey, allowUnsigned]);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast verify", "Everything in the vault"),
            new("holdfast verify --sample 5%", "Every seal and inventory, and a twentieth of the packs: run daily, all in 20 days"),
            new("holdfast verify --cluster prod --expect-head 12:9f86d08...", "That the points up to the twelfth are there, too"),
            new("holdfast verify --public-key holdfast.pub", "Everything, and that it was signed by the owner of this key"),
            new("holdfast verify latest --cluster prod -o json | jq .intact", "One point, for a script"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var named = invocation.ClusterNamed;
        var request = new VerifyRequest(Trust(invocation)) { Packs = Packs(invocation), Heads = Heads(invocation) };
        var known = Known(invocation);
        var vault = invocation.OpenVault();
        var subject = await SubjectAsync(invocation, vault, named, known);
        if (!request.Heads.IsEmpty && subject is not { Clusters: [_], Point: null })
            throw new UsageException("--expect-head is of one cluster's chain: name it with --cluster, and no point");
        invocation.WhenCancelled = "nothing was changed, and nothing is proven; run `holdfast verify` again";
        var reports = new List<(ClusterName Cluster, VerifyReport Report)>();
        await using (var display = ProgressDisplay.Start(invocation.Screen))
        {
            foreach (var cluster in subject.Clusters)
            {
                var progress = display.For<long>(bytes => new($"verifying {cluster}", 0, 0, "", Readable.Size(bytes)));
                var expected = known is null ? [] : await known.ReadAsync(cluster, invocation.Cancellation);
                var one = request with { Point = subject.Point, Heads = [.. request.Heads, .. expected] };
                reports.Add((cluster, await PointVerifier.VerifyAsync(vault.Store, cluster, one, progress, invocation.Cancellation)));
            }
        }
        var document = Document(reports);
        Print(invocation, document);
        return document.Intact ? ExitCode.Done : ExitCode.Damage;
    }

    private PackSample Packs(Invocation invocation)
    {
        var text = invocation.Get(sample);
        if (invocation.Get(quick))
            return text is null ? PackSample.None : throw new UsageException("--quick reads no pack: leave it or --sample out");
        if (text is null)
            return PackSample.All;
        var today = DateOnly.FromDateTime(invocation.Time.GetUtcNow().UtcDateTime);
        return
            int.TryParse(text.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 1 and <= 100
            ? PackSample.Of(percent, today)
            : throw new UsageException(
                $"--sample '{text}' isn't a part of the packs: a whole number from 1 to 100 is expected, such as 5%"
            );
    }

    private ImmutableArray<ChainHead> Heads(Invocation invocation) =>
        [
            .. (invocation.Get(expectHead) ?? []).Select(text =>
                ChainHead.TryParse(text, out var head)
                    ? head
                    : throw new UsageException(
                        $"--expect-head '{text}' isn't a head: the seal's number, ':' and its SHA-256 are expected, as 'holdfast points' "
                            + "prints them"
                    )
            ),
        ];

    /// <returns>Null: no service's is named.</returns>
    private KnownHeads? Known(Invocation invocation) =>
        (invocation.Get(control) ?? Environment.GetEnvironmentVariable(OpenedControl.Variable)) is { Length: > 0 } service
            ? new(OpenedControl.Open(service, invocation.Time))
            : null;

    private SealTrust Trust(Invocation invocation)
    {
        var trust = SignatureKeys.Trust(
            publicKey,
            invocation.Get(publicKey) ?? [],
            UnsignedSeals.BeforeSigned,
            invocation.Get(allowUnsigned)
        );
        return trust.HasKeys || !invocation.Get(allowUnsigned)
            ? trust
            : throw new UsageException(
                "--allow-unsigned goes with --public-key: without a key only points beside signed ones have to be signed"
            );
    }

    private async Task<(ImmutableArray<ClusterName> Clusters, PointId? Point)> SubjectAsync(
        Invocation invocation,
        OpenedVault vault,
        ClusterName? named,
        KnownHeads? heads
    )
    {
        if (invocation.Get(point) is { } text)
        {
            // Whatever its signature: what can't be trusted is to be found.
            var found = await PointChoice.FindAsync(invocation, vault, text, SealTrust.Anyone);
            return ([found.Seal.Cluster], found.Id);
        }
        var known = await SealedPoints.ClustersAsync(vault.Store, invocation.Cancellation);
        if (heads is not null)
            known = [.. known.Union(await heads.ClustersAsync(invocation.Cancellation))];
        if (named is not { } name)
            return (known, null);
        return known.Contains(name)
            ? ([name], null)
            : throw new FailedException($"the vault holds nothing of cluster {name}; it holds {Named(known)}");
    }

    private static string Named(ImmutableArray<ClusterName> clusters) => clusters.IsEmpty ? "no cluster" : string.Join(", ", clusters);

    private static VerifyDocument Document(List<(ClusterName Cluster, VerifyReport Report)> reports) =>
        new()
        {
            Intact = reports.TrueForAll(r => r.Report.Intact),
            Points = reports.Sum(r => r.Report.Points),
            Packs = reports.Sum(r => r.Report.Packs),
            PacksSeen = reports.Sum(r => r.Report.PacksSeen),
            Bytes = reports.Sum(r => r.Report.Bytes),
            Findings = [.. reports.SelectMany(r => r.Report.Findings.Select(f => Finding(r.Cluster, f)))],
        };

    private static FindingDocument Finding(ClusterName cluster, Finding finding) =>
        new()
        {
            Cluster = cluster.ToString(),
            Kind = finding.Kind.ToString(),
            Damage = finding.IsDamage,
            Path = finding.Path,
            Point = finding.Point?.ToString(),
            Subject = finding.Subject,
            Message = finding.Message,
            Versions = finding.Versions.Select(v => new VersionOfBlob(v.Version!, v.LastModified, v.Length, v.IsCurrent)),
        };

    private static void Print(Invocation invocation, VerifyDocument document)
    {
        var screen = invocation.Screen;
        if (invocation.Json)
        {
            screen.Json(document, OutputJson.Plain.VerifyDocument);
            return;
        }
        foreach (var finding in document.Findings)
        {
            var kind = finding.Damage ? screen.Ink.Red(finding.Kind) : screen.Ink.Dim(finding.Kind);
            screen.Line($"{kind}  {finding.Path}{(finding.Subject is null ? "" : $" ({finding.Subject})")}: {finding.Message}");
            foreach (var version in finding.Versions)
                screen.Line(
                    $"    {version.Version}  {Readable.Time(version.Time)}  {Readable.Size(version.Bytes)}"
                        + (version.Current ? "  current" : "")
                );
        }
        var read = document.Packs == document.PacksSeen ? "" : $" looked for, {Readable.Count(document.Packs)} of them";
        var seen =
            $"{Readable.Count(document.Points, "point")}, {Readable.Count(document.PacksSeen, "pack")}{read}, "
            + $"{Readable.Size(document.Bytes)} read";
        var intact = document.Findings.Any(f => f.Kind == nameof(FindingKind.Locked))
            ? "intact as bytes, and not all of it opened for want of a key"
            : "intact";
        screen.Line($"{(document.Intact ? screen.Ink.Green(intact) : screen.Ink.Red("damaged"))}: {seen}");
    }
}
