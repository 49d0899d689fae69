using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Planning;
using Holdfast.Capture.Reuse;
using Holdfast.Capture.Sealing;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Writing;
using Holdfast.Simulator;

namespace Holdfast.Capture.Tests;

/// <summary>A list that is read in pieces, handed back at any places, brings what it brings in one; a failure prints its seed.</summary>
public sealed class SplitProperties : IAsyncLifetime, IDisposable
{
    private static readonly ClusterName Name = ClusterName.Parse("shop");
    private static readonly string[] Namespaces = ["a", "a-b", "ci", "labelled", "z"];

    /// <summary>Every kind of scope.</summary>
    private static readonly Gen<CaptureScope> Scopes =
        from only in Gen.SubListOf(Namespaces)
        from except in Gen.SubListOf(Namespaces)
        from named in Gen.Elements(true, false)
        from selector in Gen.Elements(null, null, "app=web")
        from without in Gen.Elements(true, false, false)
        select new CaptureScope
        {
            Namespaces = named ? [.. only] : [],
            ExcludedNamespaces = [.. except.Where(ns => !named || !only.Contains(ns))],
            ExcludedResources = without ? ["secrets"] : [],
            LabelSelector = selector,
        };

    /// <summary>How many objects each piece takes, again and again.</summary>
    private static readonly Gen<int[]> Splits = Gen.NonEmptyListOf(Gen.Choose(1, 9)).Select(sizes => sizes.ToArray());

    private SimulatedCluster cluster = null!;
    private ClusterConnection connection = null!;
    private CapturePlan everything = null!;

    public async Task InitializeAsync()
    {
        cluster = await SimulatedCluster.StartAsync(new() { ServerVersion = "v1.30.0" }, default);
        connection = new(new() { Server = cluster.Server, Token = (_, _) => new(cluster.Token) }, TimeProvider.System);
        everything = await new CapturePlanner(connection, TimeProvider.System).PlanAsync(Name, new(), null, null, default);
        var writer = new ResourceWriter(connection);
        foreach (var (index, ns) in Namespaces.Index())
        {
            await CreateAsync(writer, "namespaces", null, ns, ns == "labelled" ? """{"holdfast.dev/exclude":"true"}""" : "{}");
            for (var i = 0; i < 4 + (3 * index); i++)
            {
                var labels = (i % 5) switch
                {
                    1 => """{"holdfast.dev/exclude":"true"}""",
                    2 => """{"app":"web"}""",
                    _ => "{}",
                };
                await CreateAsync(writer, i % 3 == 0 ? "secrets" : "configmaps", ns, $"object-{i:00}", labels);
            }
        }
        everything = await new CapturePlanner(connection, TimeProvider.System).PlanAsync(Name, new(), null, null, default);
    }

    public Task DisposeAsync() => cluster.DisposeAsync().AsTask();

    public void Dispose() => connection.Dispose();

    [Fact]
    public void Any_split_of_a_list_brings_what_the_whole_list_does_under_every_kind_of_scope() =>
        Prop.ForAll(
                Arb.From(from scope in Scopes from splits in Splits select (scope, splits)),
                c => CheckAsync(c.scope, c.splits).GetAwaiter().GetResult()
            )
            .QuickCheckThrowOnFailure();

    private async Task CheckAsync(CaptureScope scope, int[] splits)
    {
        var plan = everything with
        {
            Request = new() { Scope = scope },
            Units = Units(scope),
            LabelledNamespaces = ["labelled"],
        };

        var whole = await ExportAsync(plan, [5_000], UnitExporter.DefaultBudget);
        var pieces = await ExportAsync(plan, splits, TimeSpan.Zero);

        Assert.Equal(whole, pieces);
        Assert.DoesNotContain(
            pieces,
            s =>
                s.Contains(" labelled ", StringComparison.Ordinal)
                || scope.ExcludedNamespaces.Any(ns => s.Contains($" {ns} ", StringComparison.Ordinal))
        );
    }

    /// <summary>One list a type, over all namespaces, so that what isn't taken passes by.</summary>
    private static ImmutableArray<CaptureUnit> Units(CaptureScope scope) =>
        [new(0, 0, [.. new[] { "configmaps", "secrets" }.Except(scope.ExcludedResources).Select(r => new Slice(r, null, 100, 5_000))])];

    private async Task<string[]> ExportAsync(CapturePlan plan, int[] splits, TimeSpan budget)
    {
        var vault = new MemoryStore(TimeProvider.System);
        var exporter = new UnitExporter(
            connection,
            plan,
            KnownSegments.None,
            new(vault, Name, null, TimeProvider.System),
            TimeProvider.System,
            new()
        );
        var results = new List<UnitResult>();
        for (CaptureUnit? unit = plan.Units[0]; unit is not null; unit = results[^1].Rest)
        {
            var size = splits[results.Count % splits.Length];
            results.Add(
                await exporter.ExportAsync(
                    unit with
                    {
                        Slices = [.. unit.Slices.Select(s => s with { PageLimit = size })],
                    },
                    budget,
                    default
                )
            );
        }
        var inventory = InventoryMerge.Merge(plan, results, PointVolumes.None);
        return
        [
            .. await Task.WhenAll(inventory.Segments.Select(s => DescribeAsync(vault, s))),
            .. inventory.Types.Where(t => t.ObjectsExcluded > 0).Select(t => $"{t.Type} {t.ObjectsExcluded}"),
        ];
    }

    private static async Task<string> DescribeAsync(MemoryStore vault, Segment segment)
    {
        var text = new StringBuilder($"{segment.Resource} {segment.Namespace} {segment.Revision} {segment.Objects} {segment.Fingerprint}");
        foreach (var part in segment.Parts)
        {
            var gzip = await vault.ReadRangeAsync(
                VaultPaths.Pack(Name, part.Pack),
                part.PackVersion,
                part.Offset,
                (int)part.Length,
                default
            );
            using var reader = new StreamReader(new GZipStream(new MemoryStream(gzip!), CompressionMode.Decompress));
            text.Append(await reader.ReadToEndAsync());
        }
        return text.ToString();
    }

    private async Task CreateAsync(ResourceWriter writer, string resource, string? ns, string name, string labels)
    {
        var type = everything.Types.Single(t => t.Type.GroupResource == resource);
        var manifest = $$"""{"apiVersion":"v1","kind":"{{type.Type.Kind}}","metadata":{"name":"{{name}}","labels":{{labels}} } }""";
        await writer.CreateAsync(type.Api, ns, Encoding.UTF8.GetBytes(manifest), new("tests"), default);
    }
}
