using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Tests.Histories;

/// <summary>A restore that deletes, and so begins with a capture.</summary>
internal static class SafetyScenario
{
    /// <summary>The capture's.</summary>
    private static readonly RunId Run = RunId.Parse("20261122T053000Z-0000cafe");

    private static readonly PointId Point = PointId.TryParse("20261122T053000Z-abcdef", out var id) ? id : throw new FormatException();

    public static IEnumerable<Scenario> All(Func<string, Scenario> restored) =>
        [
            restored("restore-safety-point") with
            {
                Answers = AnswerOf,
                Children = [$"{Run}"],
            },
            restored("restore-safety-point-with-gap") with
            {
                Answers = (name, calls) =>
                    name == EndCapture.Name ? new RunResult(Run, RunState.Partial, Reason: "a gap") : AnswerOf(name, calls),
            },
            restored("restore-safety-point-cancelled") with
            {
                Answers = (name, calls) => name == ExportUnit.Name ? Scenario.UntilStopped : AnswerOf(name, calls),
                Meanwhile = ScenarioEvents.CancelAsync,
            },
        ];

    private static object? AnswerOf(string name, int calls) =>
        name switch
        {
            BeginRestore.Name => new PlanMade(ContentDigest.Of("plan"u8), 2, 2) { NeedsSafetyPoint = true },
            OrderSafetyPoint.Name => new CaptureOrderRef
            {
                Run = Run,
                Cluster = ClusterName.Parse("prod"),
                RequestedBy = "tests",
                Attempts = 1,
            },
            EndCapture.Name => new RunResult(Run, RunState.Succeeded, Point),
            KeepSafetyPoint.Name => true,
            _ => null,
        };
}
