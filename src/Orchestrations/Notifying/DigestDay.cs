using Holdfast.Control.Notifications;
using Holdfast.Control.Policies;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>When a digest is due. Pure.</summary>
internal static class DigestDay
{
    /// <summary>The day of the target's calendar whose digest may be written; null: its hour hasn't come, or the zone is unknown.</summary>
    public static DateOnly? Due(DigestTime digest, DateTimeOffset now)
    {
        if (TimeZones.Fault(digest.TimeZone) is not null)
            return null;
        var local = TimeZoneInfo.ConvertTime(now, TimeZones.Find(digest.TimeZone));
        return local.Hour >= digest.Hour ? DateOnly.FromDateTime(local.DateTime) : null;
    }
}
