namespace Holdfast.TaskHub;

/// <param name="MaxActivities">Activities at once.</param>
/// <param name="MaxOrchestrators">Orchestrator episodes at once.</param>
public sealed record HubOptions(int MaxActivities = 32, int MaxOrchestrators = 4)
{
    /// <summary>How long a hub that is being stopped waits for what is still running. Default: 10 seconds.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(10);
}
