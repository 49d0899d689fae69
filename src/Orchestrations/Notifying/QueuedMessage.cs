using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>A message that waits for its target: <c>outbox/TARGET/ID.json</c> of the control store.</summary>
/// <param name="Withheld">Notices of the same key that weren't sent since the last one that was.</param>
/// <param name="Attempts">So many times it was tried in vain.</param>
internal sealed record QueuedMessage(Notice Notice, DateTimeOffset QueuedAt, int Withheld, int Attempts)
{
    public int Version => 1;
}
