using System.Globalization;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// Starts what policies say is due. One tick a minute is enough; a minute's second tick is the same instance and does nothing.
/// </summary>
/// <param name="Now">The minute that is looked at, UTC.</param>
public sealed record TickOrder(DateTimeOffset Now)
{
    /// <summary>
    /// Policies after this one are looked at; null: from the first on. A look at many policies is made of several orchestrations, each of
    /// which begins the next.
    /// </summary>
    public string? After { get; init; }

    /// <summary>
    /// The engine was asked just before about the runs that should be going on, and whatever it has lost has its report: a run without one
    /// goes on, however old it is.
    /// </summary>
    public bool EngineAsked { get; init; }

    public string InstanceId =>
        $"due-{Now.UtcDateTime.ToString("yyyyMMdd'T'HHmm'Z'", CultureInfo.InvariantCulture)}{(After is null ? "" : $".{After}")}";
}
