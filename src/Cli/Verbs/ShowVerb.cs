using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Opening;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Verbs;

internal sealed class ShowVerb : Verb
{
    private readonly Argument<string> point = PointArgument.Required();

    private readonly TrustOptions trust = new();

    public ShowVerb()
        : base("show", "Tell what a recovery point holds, and what it doesn't and why", "text", "json")
    {
        Add(point);
        AddAll(trust.All);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast show latest", "The last point: types, namespaces, what is missing"),
            new("holdfast show 20261122T0530 -o json | jq '.types[] | select(.state != \"Captured\")'", "What was left out, and why"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var believed = trust.Trust(invocation);
        var (found, reader) = await PointChoice.OpenAsync(invocation, invocation.OpenVault(), invocation.Get(point)!, believed);
        var document = Document(found, reader.Inventory);
        if (invocation.Json)
            invocation.Screen.Json(document, OutputJson.Plain.ShowDocument);
        else
            PrintText(invocation.Screen, document);
        return ExitCode.Done;
    }

    private static ShowDocument Document(SealedPoint point, Inventory inventory) =>
        new()
        {
            Point = PointsVerb.Document(point),
            ServerVersion = inventory.ServerVersion,
            StoredBytes = inventory.Segments.Sum(s => s.Parts.Sum(p => p.Length)),
            Scope = inventory.Scope,
            Types = inventory.Types.Select(Type),
            Namespaces = inventory
                .Segments.GroupBy(s => s.Namespace)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new NamespaceDocument(g.Key, g.Sum(s => s.Objects), g.Sum(s => s.Parts.Sum(p => p.RawBytes)))),
            Gaps = inventory.Gaps,
        };

    private static TypeDocument Type(TypeEntry entry) =>
        new()
        {
            Resource = entry.Type.GroupResource,
            ApiVersion = entry.Type.ApiVersion,
            Kind = entry.Type.Kind,
            State = entry.State.ToString(),
            Why = entry.Rule ?? entry.Error,
            Revision = entry.Revision,
            OwnStore = entry.OwnStore,
            Objects = entry.Objects,
            ObjectsExcluded = entry.ObjectsExcluded,
            Bytes = entry.RawBytes,
        };

    private static void PrintText(Screen screen, ShowDocument document)
    {
        var seal = document.Point;
        screen.Line($"{screen.Ink.Bold(seal.Point)}  {States.Paint(screen.Ink, Enum.Parse<PointState>(seal.State))}");
        screen.Line($"  cluster {seal.Cluster} ({seal.ClusterUid}), server {document.ServerVersion}, revision {seal.Revision}");
        screen.Line(
            $"  taken {Readable.Time(seal.Time)}, number {seal.Sequence} of its "
                + $"cluster{(seal.KeepUntil is { } until ? $", kept until {Readable.Time(until)}" : "")}"
        );
        screen.Line(
            $"  {Readable.Count(seal.Objects, "object")}, {Readable.Size(seal.Bytes)} ({Readable.Size(document.StoredBytes)} stored)"
        );
        screen.Line();
        PrintTypes(screen, document);
        PrintNamespaces(screen, document);
        foreach (var gap in document.Gaps)
            screen.Line(
                $"{screen.Ink.Yellow("missing:")} {gap.Resource}{(gap.Namespace is null ? "" : $" in {gap.Namespace}")}: {gap.Reason}"
            );
    }

    private static void PrintTypes(Screen screen, ShowDocument document)
    {
        var table = new Table("RESOURCE", "VERSION", "STATE", ">OBJECTS", ">SIZE", "WHY");
        foreach (var type in document.Types.Where(t => t.State != nameof(TypeState.Captured) || t.Objects + t.ObjectsExcluded > 0))
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
                States.Paint(screen.Ink, Enum.Parse<TypeState>(type.State)),
                Readable.Count(type.Objects),
                Readable.Size(type.Bytes),
                why
            );
        }
        table.Print(screen);
        var empty = document.Types.Count(t => t.State == nameof(TypeState.Captured) && t.Objects + t.ObjectsExcluded == 0);
        if (empty > 0)
            screen.Line(screen.Ink.Dim($"and {Readable.Count(empty, "captured type")} without objects"));
        screen.Line();
    }

    private static void PrintNamespaces(Screen screen, ShowDocument document)
    {
        var table = new Table("NAMESPACE", ">OBJECTS", ">SIZE");
        foreach (var ns in document.Namespaces)
            table.Add(ns.Namespace ?? "(cluster)", Readable.Count(ns.Objects), Readable.Size(ns.Bytes));
        table.Print(screen);
    }
}
