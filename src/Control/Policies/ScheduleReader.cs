using System.Globalization;
using Holdfast.Control.Reading;
using Holdfast.Manifests;

namespace Holdfast.Control.Policies;

/// <summary>Reads when a policy captures.</summary>
internal static class ScheduleReader
{
    private const string CronExample = "0 */6 * * *";

    /// <summary>A day, for jitter wider than that is another schedule.</summary>
    private const int MostJitter = 86_400;

    private static readonly TimeSpan Closest = TimeSpan.FromMinutes(1);

    public static PolicySchedule? Read(DocumentSection section)
    {
        var cron = section.RequiredText("cron", "it says when to capture", CronExample);
        var cronFault = cron is null ? null : ScheduleTimes.CronFault(cron);
        if (cronFault is not null)
            section.Problem(
                "cron",
                $"'{Quoted.Short(cron!)}' isn't a cron expression",
                cronFault,
                $"Write 5 fields (minute, hour, day of month, month, day of week), such as \"{CronExample}\", or 6 with seconds before them"
            );
        var jitter = section.Whole("jitterSeconds", 0, MostJitter, "Seconds") ?? 0;
        var zone = section.Text("timeZone", "Europe/Berlin") ?? "Etc/UTC";
        if (TimeZones.Fault(zone) is { } zoneFault)
            section.Problem(
                "timeZone",
                $"'{Quoted.Short(zone)}' isn't a time zone that is known here",
                zoneFault,
                "Write an IANA name such as Europe/Berlin or Etc/UTC"
            );
        else if (cron is not null && cronFault is null)
            CheckTimes(section, new(cron, zone, jitter));
        section.RefuseUnknown();
        return cron is null ? null : new(cron, zone, jitter);
    }

    private static void CheckTimes(DocumentSection section, PolicySchedule schedule)
    {
        var shortest = ScheduleTimes.Of(schedule).ShortestInterval();
        if (shortest is null)
            section.Problem(
                "cron",
                $"'{Quoted.Short(schedule.Cron)}' never comes",
                "no date matches it within ten years; a day must match the day of month and the day of week",
                $"Write one that comes, such as \"{CronExample}\""
            );
        else if (shortest < Closest)
            section.Problem(
                "cron",
                $"'{Quoted.Short(schedule.Cron)}' comes every {shortest.Value.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s",
                "schedules are looked at once a minute",
                $"Leave at least a minute between two captures, such as \"{CronExample}\""
            );
        else if (TimeSpan.FromSeconds(schedule.JitterSeconds) >= shortest)
            section.Problem(
                "jitterSeconds",
                $"{schedule.JitterSeconds.ToString(CultureInfo.InvariantCulture)} s is not shorter than the schedule's interval",
                "a cluster's capture would come when its next one is due",
                $"Write less than {((int)shortest.Value.TotalSeconds).ToString(CultureInfo.InvariantCulture)}"
            );
    }
}
