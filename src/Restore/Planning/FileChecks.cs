using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Control.Policies;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Planning;

/// <summary>Checks in the target whether a claim's volume can be filled with the files that the point's capture exported.</summary>
internal sealed class FileChecks(PlanningRun run, SnapshotChecks storage)
{
    private const string Instead = "or plan with --volumes reattach for an empty volume";

    /// <summary>The point's capture has exported the volume's files.</summary>
    public static bool Has(VolumeRecord record) => record.Export is { Kind: VolumeExportKind.Files };

    /// <param name="instead">Why no snapshot is used; null: files were asked for.</param>
    public async Task<ClaimOrigin> RunAsync(VolumeRecord record, JsonObject claim, string? instead, CancellationToken cancellation)
    {
        if (!Has(record))
            return new()
            {
                Shortfall = ObjectWarning.Of(
                    $"its data isn't that of the point, of which no files were exported: plan with --volumes snapshot"
                ),
            };
        if (run.Point.Inventory.Policy is not { } policy || ProtectionPolicy.Read(policy).Document?.Files is not { } export)
            return Refused("the point's policy doesn't say with which image its files are read");
        if (run.Namespaces.Find(export.Namespace) is null)
            return Refused(
                $"the target has no namespace {export.Namespace}, where movers run: apply infra/kubernetes/files.yaml and restore again; "
                    + Instead
            );
        if (storage.Reserved(record) is { } other)
            return Refused($"volume {other} of the target waits for this claim: remove its spec.claimRef and restore again; {Instead}");
        var facts = await storage.StorageAsync(cancellation);
        return new()
        {
            GetsAnother = true,
            Files = Of(record.Export!),
            Warnings = instead is null ? [] : [ObjectWarning.Of($"gets exported files instead of its snapshot: {instead}")],
            Shortfall = SnapshotChecks.MissingClass(storage.ClassOf(claim), facts),
        };
    }

    private static FileSource Of(VolumeExport export) => new(export.Tool!, new(export.Location), export.Snapshot!, export.Bytes);

    private static ClaimOrigin Refused(string reason) => new() { GetsAnother = true, Refusal = reason };
}
