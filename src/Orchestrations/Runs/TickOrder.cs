using System.Globalization;

namespace Holdfast.Orchestrations.Runs;

/// <summary>Starts what policies say is due. One tick a minute is enough; a minute's second tick is the same instance and does nothing.</summary>
/// <param name="Now">The minute that is looked at, UTC.</param>
public sealed record TickOrder(DateTimeOffset Now)
{
    public string InstanceId => $"due-{Now.UtcDateTime.ToString("yyyyMMdd'T'HHmm'Z'", CultureInfo.InvariantCulture)}";
}
