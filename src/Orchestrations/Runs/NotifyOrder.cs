using System.Globalization;

namespace Holdfast.Orchestrations.Runs;

/// <summary>Has what is to be notified of assigned to targets, and sent. A minute's second order is the same instance.</summary>
/// <param name="Now">The minute, UTC.</param>
public sealed record NotifyOrder(DateTimeOffset Now)
{
    /// <summary>How often objectives and digests are looked at.</summary>
    public const int LookMinutes = 15;

    /// <summary>Objectives and digests are looked at, too.</summary>
    public bool Looks => Now.Minute % LookMinutes == 0;

    public string InstanceId => $"notify-{Now.UtcDateTime.ToString("yyyyMMdd'T'HHmm'Z'", CultureInfo.InvariantCulture)}";
}
