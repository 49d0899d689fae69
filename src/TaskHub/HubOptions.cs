namespace Holdfast.TaskHub;

/// <param name="MaxActivities">Concurrent activities.</param>
/// <param name="MaxOrchestrators">Concurrent orchestrator episodes.</param>
public sealed record HubOptions(int MaxActivities = 32, int MaxOrchestrators = 4)
{
    /// <summary>How long a stopping hub waits for running work. Default: 10 seconds.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(10);
}
