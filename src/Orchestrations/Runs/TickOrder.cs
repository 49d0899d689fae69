using System.Globalization;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// Starts what is due by the policies. One tick per minute is enough; a minute's second tick is the same instance and does nothing.
/// </summary>
/// <param name="Now">The minute that is evaluated, UTC.</param>
public sealed record TickOrder(DateTimeOffset Now)
{
    /// <summary>
    /// Policies after this one are evaluated; null: from the first on. Many policies are evaluated by several orchestrations, each of which
    /// begins the next.
    /// </summary>
    public string? After { get; init; }

    /// <summary>
    /// The engine was asked just before about the runs that should be running, and every run that it has lost has its report: a run without
    /// one is running, however old it is.
    /// </summary>
    public bool EngineAsked { get; init; }

    public string InstanceId =>
        $"due-{Now.UtcDateTime.ToString("yyyyMMdd'T'HHmm'Z'", CultureInfo.InvariantCulture)}{(After is null ? "" : $".{After}")}";
}
