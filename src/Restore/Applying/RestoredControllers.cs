using System.Globalization;
using Holdfast.Machine.Terminals;
using Holdfast.Manifests;

namespace Holdfast.Restore.Applying;

/// <summary>
/// The workloads that a restore wrote. Which of them serves a finalizer can't be known, so that all are waited for before finalizers come
/// back last. Not thread-safe.
/// </summary>
internal sealed class RestoredControllers(ApplyContext context)
{
    private const int Named = 3;
    private const int LongestText = 900;

    private readonly ReadinessLook look = new(context) { Only = IsWorkload };
    private IReadOnlyList<AwaitedObject>? awaited;

    public async Task LookAsync(CancellationToken cancellation) => awaited = await look.ReadAsync(cancellation);

    /// <summary>How much longer waiting for them is worthwhile.</summary>
    /// <param name="waited">How long the restore has done nothing but wait.</param>
    public TimeSpan Patience(TimeSpan waited) => awaited is { Count: 0 } ? TimeSpan.Zero : context.Limits.Controllers - waited;

    /// <summary>What is waited for, and until when at most; null: nothing is known yet. Holds no secret.</summary>
    public string? Describe(TimeSpan waited)
    {
        if (awaited is not { Count: > 0 })
            return null;
        var names = awaited.Take(Named).Select(a => $"{a.Step.Resource} {a.Step.Namespace}/{a.Step.Name} ({a.Reason})");
        var more = awaited.Count > Named ? $" and {awaited.Count - Named} more" : "";
        var until = (context.Time.GetUtcNow() + Patience(waited)).ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var ending = $"{more}, until {until} at most";
        return CutText.To(LongestText - ending.Length, $"workloads before finalizers: {string.Join(", ", names)}", "...") + ending;
    }

    /// <summary>Waiting is over: those that still aren't ready get a note in the report.</summary>
    public void NoteUnready()
    {
        foreach (var (step, reason) in awaited ?? [])
        {
            var note = $"finalizers came back although it wasn't ready in {context.Limits.Controllers.TotalMinutes:0.#} minutes: {reason}";
            context.Outcomes.Record(context.Outcomes.Of(step.Number)!.With(note));
        }
    }

    private static bool IsWorkload(RestoreStep step) =>
        step.Resource is KnownTypes.Deployments or KnownTypes.StatefulSets or KnownTypes.DaemonSets;
}
