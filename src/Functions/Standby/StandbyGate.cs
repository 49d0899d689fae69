using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Standby;

/// <summary>Whether this service writes to its vault: a standby doesn't before it has taken over, since another service does.</summary>
internal static class StandbyGate
{
    /// <param name="isStandby">As the settings say.</param>
    public static async Task<bool> IsOpenAsync(RunEnvironment environment, bool isStandby, CancellationToken cancellation) =>
        !isStandby || await StandbyState.FindAsync(environment.Control, cancellation) is { IsDone: true };
}
