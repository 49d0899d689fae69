using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.Volumes;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Deletes the VolumeSnapshots and contents that this run made, and settles the volumes that it had filled or made disks for, once their
/// claims are bound or were given up. Deletes nothing without the run's label, and no content that would take its storage snapshot along.
/// Thread-safe.
/// </summary>
internal sealed class SnapshotRemoval(ApplyContext context)
{
    private const string NotFilled =
        "its data isn't that of the point: a live claim's data is never replaced. Delete the claim and restore again";

    /// <summary>The step creates a claim whose data the restore prepares.</summary>
    public static bool IsNeeded(RestoreStep step) =>
        ClaimSnapshots.IsNeeded(step) || ClaimFiles.IsNeeded(step) || ClaimDisks.IsNeeded(step);

    /// <summary>After a claim was created: the snapshot goes once the claim is bound, since the driver reads it until then.</summary>
    public async Task<StepOutcome> ReleaseAsync(RestoreStep step, StepOutcome outcome, ApiResource claims, CancellationToken cancellation)
    {
        var answer = await context.Writer.GetAsync(claims, step.Namespace, step.Name, cancellation);
        if (answer.Status is not (WriteStatus.Done or WriteStatus.NotFound))
            return outcome with { Open = ServerRefusal.Explain(step, answer, []) };
        var isBound = answer.Status == WriteStatus.NotFound || IsBoundOrAnother(ManifestJson.Parse(answer.Body.Span), outcome);
        if (!isBound)
            return outcome with { Open = NotBound(step) };
        var rest =
            ClaimFiles.IsNeeded(step) ? context.ClaimFiles.SettleAsync(step, cancellation)
            : ClaimDisks.IsNeeded(step) ? context.ClaimDisks.SettleAsync(step, cancellation)
            : RemoveAsync(step, cancellation);
        return await rest is { } left ? outcome with { Open = left } : outcome.Without(PendingWork.Snapshot);
    }

    /// <summary>After a step that has created no claim.</summary>
    public async Task<StepOutcome> DiscardAsync(RestoreStep step, StepOutcome outcome, CancellationToken cancellation)
    {
        if (outcome.Kind != OutcomeKind.Failed)
            outcome = outcome.With(NotFilled) with { Incomplete = true };
        var rest =
            ClaimFiles.IsNeeded(step) ? context.ClaimFiles.DiscardAsync(step, cancellation)
            : ClaimDisks.IsNeeded(step) ? context.ClaimDisks.DiscardAsync(step, cancellation)
            : RemoveAsync(step, cancellation);
        return await rest is { } left ? outcome.With(left) : outcome;
    }

    private static bool IsBoundOrAnother(JsonObject claim, StepOutcome outcome) =>
        claim.Uid() != outcome.Uid || claim.Object("status").Text("phase") is "Bound" or "Lost";

    private string NotBound(RestoreStep step)
    {
        if (step.Volume!.IsPrepared)
            return "it isn't bound to the volume with its data yet";
        var seconds = context.Limits.Binding.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        var state =
            step.Volume!.Snapshot!.BindsAtOnce == true
                ? $"it isn't bound after {seconds} s"
                : "it isn't bound yet: its storage class waits for a Pod that uses it";
        return $"{state}. Once it is, delete what it was made from: {Command(step)}";
    }

    private static string Command(RestoreStep step)
    {
        var name = step.Volume!.Snapshot!.Name;
        return $"`kubectl delete volumesnapshot/{name} -n {step.Namespace} && kubectl delete volumesnapshotcontent/{name}`";
    }

    /// <returns>What is left and why; null: nothing.</returns>
    private async Task<string?> RemoveAsync(RestoreStep step, CancellationToken cancellation)
    {
        var source = step.Volume!.Snapshot!;
        if (context.Snapshots.Types(source) is not { } types)
            return null;
        // The snapshot first: a content that a VolumeSnapshot still names isn't let go.
        var left =
            await RemoveAsync(types.Snapshots, step.Namespace, source.Name, _ => true, cancellation)
            ?? await RemoveAsync(types.Contents, null, source.Name, IsRetained, cancellation);
        return left is null ? null : $"{left}. Delete it: {Command(step)}";
    }

    private async Task<string?> RemoveAsync(
        ApiResource type,
        string? ns,
        string name,
        Predicate<JsonObject> mayGo,
        CancellationToken cancellation
    )
    {
        var read = await context.Writer.GetAsync(type, ns, name, cancellation);
        if (read.Status == WriteStatus.NotFound)
            return null;
        if (read.Status != WriteStatus.Done)
            return $"{type.Kind} {name} is left: {read.Message}";
        var live = ManifestJson.Parse(read.Body.Span);
        if (!SnapshotObjects.IsOf(live, context.Plan.Name))
            return null;
        if (!mayGo(live))
            return $"{type.Kind} {name} is left: its deletionPolicy isn't Retain any more, so that the storage snapshot would go too";
        var answer = await context.Writer.DeleteAsync(type, ns, name, live.Uid(), live.Revision(), "Background", cancellation);
        return answer.Status switch
        {
            WriteStatus.Done or WriteStatus.NotFound => null,
            // Its controller has written it in between.
            WriteStatus.Conflict => await RemoveAsync(type, ns, name, mayGo, cancellation),
            _ => $"{type.Kind} {name} is left: {answer.Message}",
        };
    }

    private static bool IsRetained(JsonObject content) => content.Object("spec").Text("deletionPolicy") == SnapshotObjects.Retain;
}
