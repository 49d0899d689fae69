using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Packing;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Rules;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.TestKit.Restore;

/// <summary>A point made of given manifests, and plans over it made by hand: for tests of applying that need no planner.</summary>
public sealed class SampleRestore
{
    private readonly List<(ResourceType Type, JsonObject Manifest)> objects = [];

    /// <summary>Objects added.</summary>
    public int Count => objects.Count;

    public string ClusterUid { get; init; } = "0b5e2a86-5a6c-4f4e-9f2b-6f0f2f6a7c11";

    public string Run { get; init; } = "0123456789ab";

    /// <summary>What the point says of its volumes.</summary>
    public ImmutableArray<VolumeRecord> Volumes { get; init; } = [];

    /// <summary>Adds one manifest as captured, its apiVersion and kind included.</summary>
    public SampleRestore Add(ResourceType type, JsonObject manifest)
    {
        objects.Add((type, manifest));
        return this;
    }

    public SampleRestore Add(ResourceType type, string manifest) => Add(type, (JsonObject)JsonNode.Parse(manifest)!);

    /// <param name="vault">Where it is written; null: a new store in memory.</param>
    public async Task<RecoveryPointReader> WriteAsync(IBlobStore? vault = null)
    {
        var store = vault ?? new MemoryStore(TimeProvider.System);
        var segments = Segments()
            .Select(s => new SampleSegment(s.Resource, s.Namespace, [.. s.Objects.Select(o => o.ToJsonString())]))
            .ToList();
        var writer = new RecoveryPointWriter(store, SamplePoint.Cluster, null, new FakeTimeProvider(SamplePoint.Time));
        var packed = await SamplePoint.PackAsync(writer, segments, new PackLimits { PartRawBytes = 64 << 10 });
        var inventory = SamplePoint.InventoryOf(packed) with { ClusterUid = Archive.Format.ClusterUid.Parse(ClusterUid) };
        var types = objects.Select(o => o.Type).ToHashSet();
        inventory = inventory with
        {
            Version = Volumes.IsEmpty ? inventory.Version : Inventory.VolumesVersion,
            Volumes = Volumes.IsEmpty ? null : Volumes,
            Types = [.. inventory.Types.Select(t => t with { Type = types.Single(known => known.GroupResource == t.Type.GroupResource) })],
        };
        var point = await writer.SealAsync(inventory, new(PointState.Succeeded, null), default);
        return await RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, point.Id, default);
    }

    /// <summary>Creates everything in the point, in the order of stages; within one by type, namespace and name.</summary>
    /// <param name="change">Replaces a step; null: leaves it out.</param>
    public async Task<RestorePlan> PlanAsync(
        RecoveryPointReader point,
        string targetUid,
        RestoreRequest? request = null,
        Func<RestoreStep, RestoreStep?>? change = null
    )
    {
        var steps = new List<RestoreStep>();
        for (var s = 0; s < point.Inventory.Segments.Length; s++)
        {
            var segment = point.Inventory.Segments[s];
            for (var p = 0; p < segment.Parts.Length; p++)
            {
                var manifests = await point.ReadPartAsync(segment, p, default);
                steps.AddRange(
                    manifests.Select((m, line) => StepOf(segment, ManifestJson.Parse(m.Span), new(s, p, line, ContentDigest.Of(m.Span))))
                );
            }
        }
        var ordered = steps
            .Select(step => change is null ? step : change(step))
            .OfType<RestoreStep>()
            .OrderBy(step => step.Stage)
            .ThenBy(step => RestoreStages.Rank(step.Resource))
            .ThenBy(step => step.Resource, StringComparer.Ordinal)
            .ThenBy(step => step.Namespace, StringComparer.Ordinal)
            .ThenBy(step => step.Name, StringComparer.Ordinal);
        return new()
        {
            Name = Run,
            Request = (request ?? RequestFor(point)) with { Cluster = point.Seal.Cluster, Point = point.Seal.Point },
            SourceUid = point.Seal.ClusterUid,
            TargetUid = Archive.Format.ClusterUid.Parse(targetUid),
            TargetServer = "https://target",
            PlannedAt = SamplePoint.Time,
            Steps = [.. ordered.Select((step, number) => step with { Number = number })],
        };
    }

    public static RestoreRequest RequestFor(RecoveryPointReader point) =>
        new()
        {
            Cluster = point.Seal.Cluster,
            Point = point.Seal.Point,
            IntoOtherCluster = true,
        };

    private static RestoreStep StepOf(Segment segment, JsonObject manifest, ManifestLocation source) =>
        new()
        {
            Number = 0,
            Stage = RestoreStages.Of(segment.Resource),
            Action = StepAction.Create,
            Resource = segment.Resource,
            ApiVersion = manifest.Text("apiVersion")!,
            Kind = manifest.Text("kind")!,
            Namespace = segment.Namespace,
            Name = manifest.Object("metadata").Text("name")!,
            Reason = "not in the target",
            Source = source,
        };

    private IEnumerable<(string Resource, string? Namespace, List<JsonObject> Objects)> Segments() =>
        objects
            .GroupBy(o => (o.Type.GroupResource, Namespace: o.Manifest.Object("metadata").Text("namespace")))
            .OrderBy(g => g.Key.GroupResource, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Namespace, StringComparer.Ordinal)
            .Select(g =>
                (
                    g.Key.GroupResource,
                    g.Key.Namespace,
                    g.Select(o => o.Manifest).OrderBy(m => m.Object("metadata").Text("name"), StringComparer.Ordinal).ToList()
                )
            );
}
