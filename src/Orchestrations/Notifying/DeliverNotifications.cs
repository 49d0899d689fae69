using System.Collections.Immutable;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>
/// Assigns what is to be notified of to its targets, and sends each target what waits for it: no target waits for another, and no run waits
/// for any. What can't be done now is left to the next minute's.
/// </summary>
internal sealed class DeliverNotifications : TaskOrchestrator<NotifyOrder, bool>
{
    private const int Tries = 3;

    public override async Task<bool> RunAsync(TaskOrchestrationContext context, NotifyOrder order)
    {
        var due = await context.CallActivityAsync<DueTargets>(AssignNotices.Name, order, Retries.Of(Tries));
        var digests = await Task.WhenAll(due.Digests.Select(name => TryAsync(context, WriteDigest.Name, new(order.Now, name))));
        var names = due.Waiting.Union(due.Digests.Where((_, i) => digests[i])).Order(StringComparer.Ordinal);
        var sent = await Task.WhenAll(names.Select(name => TryAsync(context, SendMessages.Name, new(order.Now, name))));
        return Array.TrueForAll(sent, one => one);
    }

    /// <summary>A target that fails keeps no other from being notified; it is looked at again in the next minute.</summary>
    private static async Task<bool> TryAsync(TaskOrchestrationContext context, string activity, NotifySubject subject)
    {
        try
        {
            return await context.CallActivityAsync<bool>(activity, subject, Retries.Of(Tries));
        }
        catch (TaskFailedException)
        {
            return false;
        }
    }
}

/// <param name="Waiting">Targets that messages wait for, which may be sent now.</param>
/// <param name="Digests">Targets whose digest is due.</param>
internal sealed record DueTargets(ImmutableArray<string> Waiting, ImmutableArray<string> Digests);

internal sealed record NotifySubject(DateTimeOffset Now, string Target);
