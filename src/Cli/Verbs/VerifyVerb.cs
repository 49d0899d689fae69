using System.Collections.Immutable;
using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Verification;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

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

    public VerifyVerb()
        : base("verify", "Prove that points are whole, without restoring: exit code 4 when they are not", "text", "json")
    {
        Add(point);
        Add(publicKey);
        Add(allowUnsigned);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast verify", "Everything in the vault"),
            new("holdfast verify --public-key holdfast.pub", "Everything, and that it was signed by the owner of this key"),
            new("holdfast verify latest --cluster prod -o json | jq .intact", "One point, for a script"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var named = invocation.ClusterNamed;
        var trust = Trust(invocation);
        var vault = invocation.OpenVault();
        var subject = await SubjectAsync(invocation, vault, named);
        invocation.WhenCancelled = "nothing was changed, and nothing is proven; run `holdfast verify` again";
        var reports = new List<(ClusterName Cluster, VerifyReport Report)>();
        await using (var display = ProgressDisplay.Start(invocation.Screen))
        {
            foreach (var cluster in subject.Clusters)
            {
                var progress = display.For<long>(bytes => new($"verifying {cluster}", 0, 0, "", Readable.Size(bytes)));
                reports.Add(
                    (
                        cluster,
                        await PointVerifier.VerifyAsync(vault.Store, cluster, subject.Point, trust, progress, invocation.Cancellation)
                    )
                );
            }
        }
        var document = Document(reports);
        Print(invocation, document);
        return document.Intact ? ExitCode.Done : ExitCode.Damage;
    }

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
        ClusterName? named
    )
    {
        if (invocation.Get(point) is { } text)
        {
            // Whatever its signature: what can't be trusted is to be found.
            var found = await PointChoice.FindAsync(invocation, vault, text, SealTrust.Anyone);
            return ([found.Seal.Cluster], found.Id);
        }
        var known = await SealedPoints.ClustersAsync(vault.Store, invocation.Cancellation);
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
        var seen =
            $"{Readable.Count(document.Points, "point")}, {Readable.Count(document.Packs, "pack")}, {Readable.Size(document.Bytes)} read";
        screen.Line($"{(document.Intact ? screen.Ink.Green("intact") : screen.Ink.Red("damaged"))}: {seen}");
    }
}
