using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Documents;

namespace Holdfast.Cli.Verbs;

internal sealed class ShowVerb : Verb
{
    private readonly Argument<string> point = PointArgument.Required();

    private readonly TrustOptions trust = new();

    public ShowVerb()
        : base("show", "Show what a recovery point holds, and what is missing and why", "text", "json")
    {
        Add(point);
        AddAll(trust.All);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast show latest", "The last point: types, namespaces, what is missing"),
            new("holdfast show latest -o json | jq .infrastructure > profile.json", "What the cluster ran on, to edit for a new one"),
            new("holdfast show 20261122T0530 -o json | jq '.types[] | select(.state != \"Captured\")'", "What was left out, and why"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var believed = trust.Trust(invocation);
        var (_, reader) = await PointChoice.OpenAsync(invocation, invocation.OpenVault(), invocation.Get(point)!, believed);
        var document = await PointContentDocument.OfAsync(reader, invocation.Cancellation);
        if (invocation.Json)
            invocation.Screen.Json(document, OutputJson.Plain.PointContentDocument);
        else
            PrintText(invocation.Screen, document);
        return ExitCode.Done;
    }

    private static void PrintText(Screen screen, PointContentDocument document)
    {
        var seal = document.Point;
        screen.Line($"{screen.Ink.Bold($"{seal.Point}")}  {States.Paint(screen.Ink, seal.State)}");
        screen.Line($"  cluster {seal.Cluster} ({seal.ClusterUid}), server {document.ServerVersion}, revision {seal.Revision}");
        screen.Line(
            $"  taken {Readable.Time(seal.Time)}, number {seal.Sequence} of its "
                + $"cluster{(seal.KeepUntil is { } until ? $", kept until {Readable.Time(until)}" : "")}"
        );
        screen.Line(
            $"  {Readable.Count(seal.Objects, "object")}, {Readable.Size(seal.Bytes)} ({Readable.Size(document.StoredBytes)} stored)"
        );
        if (document.Infrastructure is { } on)
            screen.Line($"  ran on {on.Provider} {on.KubernetesVersion} in {on.Region}: {on.ResourceId}");
        if (document.InfrastructureFault is { } fault)
            screen.Warn(fault);
        screen.Line();
        PrintTypes(screen, document);
        PrintNamespaces(screen, document);
        PrintVolumes(screen, document.Volumes ?? []);
        foreach (var gap in document.Gaps)
            screen.Line(
                $"{screen.Ink.Yellow("missing:")} {gap.Resource}{(gap.Namespace is null ? "" : $" in {gap.Namespace}")}: {gap.Reason}"
            );
    }

    private static void PrintTypes(Screen screen, PointContentDocument document)
    {
        var table = new Table("RESOURCE", "VERSION", "STATE", ">OBJECTS", ">SIZE", "WHY");
        foreach (var type in document.Types.Where(t => t.State != TypeState.Captured || t.Objects + t.ObjectsExcluded > 0))
        {
            var why =
                type.Why
                ?? (
                    type.OwnStore ? $"store of its own, revision {type.Revision}"
                    : type.ObjectsExcluded > 0 ? $"{type.ObjectsExcluded} left out"
                    : ""
                );
            table.Add(
                type.Resource,
                type.ApiVersion,
                States.Paint(screen.Ink, type.State),
                Readable.Count(type.Objects),
                Readable.Size(type.Bytes),
                why
            );
        }
        table.Print(screen);
        var empty = document.Types.Count(t => t.State == TypeState.Captured && t.Objects + t.ObjectsExcluded == 0);
        if (empty > 0)
            screen.Line(screen.Ink.Dim($"and {Readable.Count(empty, "captured type")} without objects"));
        screen.Line();
    }

    private static void PrintNamespaces(Screen screen, PointContentDocument document)
    {
        var table = new Table("NAMESPACE", ">OBJECTS", ">SIZE");
        foreach (var ns in document.Namespaces)
            table.Add(ns.Namespace ?? "(cluster)", Readable.Count(ns.Objects), Readable.Size(ns.Bytes));
        table.Print(screen);
    }

    private static void PrintVolumes(Screen screen, IReadOnlyList<VolumeRecord> volumes)
    {
        if (volumes.Count == 0)
            return;
        screen.Line();
        var table = new Table("VOLUME OF", "DRIVER", ">SIZE", "PROTECTED BY", "CUT, OR WHY NOT");
        foreach (var volume in volumes)
            table.Add(
                volume.Claim is null ? volume.Volume! : $"{volume.Namespace}/{volume.Claim}",
                volume.Driver ?? "",
                volume.Capacity ?? "",
                volume.Snapshot is null ? screen.Ink.Yellow("nothing") : "snapshot",
                volume.Snapshot is { } snapshot ? Readable.Time(snapshot.CutAt) : volume.Reason!
            );
        table.Print(screen);
    }
}
