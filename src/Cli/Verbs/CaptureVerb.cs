using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Capture;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Cli.Runs;
using Holdfast.Control.Policies;
using Holdfast.Manifests;

namespace Holdfast.Cli.Verbs;

internal sealed class CaptureVerb : Verb
{
    /// <summary>In bytes; what a document may have is less.</summary>
    private const int LargestHooks = 1 << 20;

    private readonly Option<string[]> namespaces = new("--namespace", "-n")
    {
        HelpName = "NS",
        Description = "Only these namespaces, and the cluster-scoped types; patterns with * and ?",
    };
    private readonly AllNamespacesOption allNamespaces;
    private readonly Option<string[]> exceptNamespaces = new("--exclude-namespace")
    {
        HelpName = "NS",
        Description = "All namespaces except these; patterns with * and ?",
    };
    private readonly Option<string[]> exceptResources = new("--exclude-resource")
    {
        HelpName = "RESOURCE",
        Description = "Leave these types out: pods, deployments.apps",
    };
    private readonly Option<string[]> withResources = new("--include-resource")
    {
        HelpName = "RESOURCE",
        Description = "Also capture these types, which are excluded by default: events, leases.coordination.k8s.io",
    };

    private readonly Option<string?> selector = new("--selector", "-l")
    {
        HelpName = "SELECTOR",
        Description = "Only objects with these labels, like kubectl's -l",
    };
    private readonly Option<string[]> absent = new("--expect-absent")
    {
        HelpName = "GROUP",
        Description = "API groups that may fail discovery without making the point partial, in addition to the metrics APIs",
    };
    private readonly Option<string?> keepUntil = new("--keep-until")
    {
        HelpName = "TIME",
        Description = "Make storage refuse to delete the point until this time: 2030-01-31 or 2030-01-31T12:00:00Z",
    };
    private readonly Option<string?> keepMode = new("--keep-mode")
    {
        HelpName = "MODE",
        CompletionSources = { "locked", "unlocked" },
        Description =
            $"With --keep-until: whether that time can be taken back: {ImmutabilityModes.Names}. Default: locked, by no one; unlocked: by "
            + "whoever may change immutability",
    };
    private readonly Option<string?> signingKey = new("--signing-key")
    {
        HelpName = "FILE",
        Description =
            $"Sign the point's seal with this P-256 private key in PEM, or with a key of a Key Vault: {SignatureKeys.KeyVaultForm}. "
            + $"Default: the key that {SignatureKeys.Variable} holds, if any",
    };

    private readonly Option<string?> volumes = new("--volumes")
    {
        Description =
            $"How the data of volumes is protected: {VolumeHandlings.Names}. Default: snapshot; then a volume without one makes the point "
            + "partial",
        HelpName = "HOW",
        CompletionSources = { "snapshot", "snapshot-where-possible", "none" },
    };
    private readonly Option<string?> hooks = new("--hooks")
    {
        HelpName = "FILE",
        Description = "Commands to run in pods around the cutting of snapshots: JSON with hooks as in a policy",
    };
    private readonly Option<bool> full = new("--full")
    {
        Description = "Read everything again; reuse nothing of earlier points without reading it",
    };
    private readonly Option<bool> newIncarnation = new("--new-incarnation")
    {
        Description = "The name now refers to a different cluster: start a new history",
    };

    public CaptureVerb()
        : base("capture", "Capture the cluster into a new recovery point", "text", "json")
    {
        allNamespaces = new(namespaces);
        AddAll([
            namespaces,
            allNamespaces.Option,
            exceptNamespaces,
            exceptResources,
            withResources,
            selector,
            absent,
            volumes,
            hooks,
            keepUntil,
            keepMode,
            signingKey,
            full,
            newIncarnation,
        ]);
    }

    public override string Refused => "capture";

    public override IReadOnlyList<Example> Examples =>
        [
            new(
                "holdfast capture --context prod --vault https://ACCOUNT.blob.core.windows.net/vault",
                "The whole cluster of a kubeconfig context, to Azure"
            ),
            new("holdfast capture --vault /backups -n shop,payments", "Two namespaces, to a folder"),
            new("holdfast capture --vault /backups --signing-key holdfast.key", "Signed, so that verify --public-key proves who made it"),
            new("holdfast capture -o json | jq -r .point", "For a script"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var named = invocation.ClusterNamed;
        var request = Request(invocation);
        using var signer = SignatureKeys.Signer(signingKey, invocation.Get(signingKey));
        var vault = invocation.OpenVault(create: true);
        using var cluster = invocation.OpenCluster();
        var name = named ?? cluster.DefaultName;
        if (named is null)
            invocation.Screen.Note($"cluster {name} (context {cluster.Context}; --cluster gives it another name)");
        invocation.WhenCancelled = "no recovery point was made; run `holdfast capture` again (data already written is reused)";
        var report = await CaptureAsync(invocation, vault, cluster, name, request, signer);
        foreach (var warning in report.Warnings)
            invocation.Screen.Warn(warning);
        Print(invocation, vault, report);
        return report.State is CaptureState.Succeeded ? ExitCode.Done : ExitCode.Partial;
    }

    private async Task<CaptureReport> CaptureAsync(
        Invocation invocation,
        OpenedVault vault,
        OpenedCluster cluster,
        ClusterName name,
        CaptureRequest request,
        SealSigner? signer
    )
    {
        await using var display = ProgressDisplay.Start(invocation.Screen);
        var progress = display.For<CaptureProgress>(p => new(p.Phase, p.Objects, p.ExpectedObjects, "objects", Readable.Size(p.Bytes)));
        return await new LocalRun(cluster.Connection, vault.Store, invocation.Time, signer)
        {
            Trust = SignatureKeys.OfCapture(),
        }.CaptureAsync(name, request, progress, invocation.Cancellation);
    }

    /// <summary>What can be seen to be wrong without asking the cluster is refused before anything is opened.</summary>
    private CaptureRequest Request(Invocation invocation)
    {
        allNamespaces.Check(invocation);
        var request = new CaptureRequest
        {
            NewIncarnation = invocation.Get(newIncarnation),
            Volumes = Volumes(invocation),
            RequestedHooks = Hooks(invocation),
            Full = invocation.Get(full),
            KeepUntil = KeepUntil(invocation),
            KeepMode = KeepMode(invocation),
            ExpectedAbsentGroups = [.. BuiltInGroups.Metrics.Union(invocation.List(absent))],
            Scope = new()
            {
                Namespaces = [.. invocation.List(namespaces)],
                ExcludedNamespaces = [.. invocation.List(exceptNamespaces)],
                ExcludedResources = [.. invocation.List(exceptResources)],
                IncludedResources = [.. invocation.List(withResources)],
                LabelSelector = invocation.Get(selector),
            },
        };
        var problems = RequestRules.Check(request, invocation.Time.GetUtcNow());
        return problems.IsEmpty ? request : throw new UsageException([.. problems.Select(p => p.Message)]);
    }

    private ImmutableArray<PolicyHook>? Hooks(Invocation invocation)
    {
        if (invocation.Get(hooks) is not { } file)
            return null;
        var read = RequestedHooks.Read(PersonsFile.Read("--hooks", file, LargestHooks));
        return read.Document?.Hooks ?? throw new UsageException([.. read.Problems.Select(p => $"--hooks {file}: {p}")]);
    }

    private VolumeHandling Volumes(Invocation invocation) =>
        invocation.Get(volumes) is not { } text ? default
        : VolumeHandlings.TryParse(text, out var handling) ? handling
        : throw new UsageException($"--volumes '{text}' is not known: use {VolumeHandlings.Names}");

    private ImmutabilityMode KeepMode(Invocation invocation)
    {
        if (invocation.Get(keepMode) is not { } text)
            return default;
        if (invocation.Get(keepUntil) is null)
            throw new UsageException("--keep-mode goes with --keep-until: without a time storage refuses nothing");
        return ImmutabilityModes.TryParse(text, out var mode)
            ? mode
            : throw new UsageException($"--keep-mode '{text}' is not known: use {ImmutabilityModes.Names}");
    }

    private DateTimeOffset? KeepUntil(Invocation invocation)
    {
        if (invocation.Get(keepUntil) is not { } text)
            return null;
        string[] formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK"];
        return DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until)
            ? until
            : throw new UsageException($"--keep-until '{text}' is not a valid time: use 2030-01-31 or 2030-01-31T12:00:00Z");
    }

    private static void Print(Invocation invocation, OpenedVault vault, CaptureReport report)
    {
        if (invocation.Json)
            invocation.Screen.Json(Document(vault, report), OutputJson.Plain.CaptureDocument);
        else
            CaptureText.Print(invocation.Screen, report);
    }

    private static CaptureDocument Document(OpenedVault vault, CaptureReport report) =>
        new()
        {
            Point = report.Point.ToString(),
            Head = report.Head?.ToString(),
            Cluster = report.Cluster.ToString(),
            Vault = vault.Text,
            Revision = report.Revision.ToString(),
            State = report.State.ToString(),
            Objects = report.Objects,
            Bytes = report.Bytes,
            PacksWritten = report.PacksWritten,
            BytesWritten = report.BytesWritten,
            Segments = report.Segments,
            SegmentsReused = report.SegmentsReused,
            Seconds = Math.Round(report.Duration.TotalSeconds, 3),
            Volumes = report.Volumes,
            Gaps = report.Gaps,
            Notes = report.Notes,
            Warnings = report.Warnings,
            Suspicious = report.Suspicious,
        };
}
