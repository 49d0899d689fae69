using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Notifying;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Tests.Histories;

/// <summary>Delivery of notifications in one minute.</summary>
internal static class NotifyScenario
{
    private static readonly NotifyOrder Order = new(new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    public static IEnumerable<Scenario> All =>
        [
            Named("notify-whole"),
            Named("notify-nothing") with
            {
                Answers = (name, _) => name == AssignNotices.Name ? new DueTargets([], []) : true,
            },
            Named("notify-failed") with
            {
                Answers = (name, _) =>
                    name == AssignNotices.Name ? AnswerOf(name) : new ArchiveException(ArchiveFailure.Forbidden, "refused"),
            },
        ];

    private static Scenario Named(string name) =>
        new(name, Orchestrators.Notify, Order.InstanceId, Order) { Answers = (activity, _) => AnswerOf(activity) };

    private static object AnswerOf(string activity) =>
        activity == AssignNotices.Name ? new DueTargets(["mail", "on-call"], ["digests", "on-call"]) : true;
}
