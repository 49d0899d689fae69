using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Clusters;
using Holdfast.Control;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Tests.Runs;

public sealed class RunFailuresTests
{
    public static TheoryData<Exception, string, bool> Faults =>
        new()
        {
            { new ClusterException(ClusterFailure.Forbidden, "why: because"), "cluster", false },
            { new ClusterException(ClusterFailure.Unreachable, "why: because"), "cluster", true },
            { new ArchiveException(ArchiveFailure.Full, "why: because"), "vault", false },
            { new ControlException(ControlFailure.Unreachable, "orders/x.json", "why: because"), "control", true },
            { new ControlException(ControlFailure.Malformed, "orders/x.json", "why: because"), "control", false },
            { new CaptureException(CaptureFailure.OtherCluster, "why: because"), "capture", false },
            { new RestoreException(RestoreRefusal.BadPlan, "why: because"), "restore", false },
            { new IOException("why: because"), "files", true },
            { new UnauthorizedAccessException("why: because"), "files", false },
            { new InvalidOperationException("why: because"), "bug", false },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Side_reason_and_text_of_a_failure_survive_an_engine_that_carries_only_its_message(
        Exception fault,
        string side,
        bool transient
    )
    {
        var details = TaskFailureDetails.FromException(new InvalidOperationException(RunFailures.Classify(fault).Message));
        var failure = RunFailures.Of(new TaskFailedException("Activity", 1, details));

        Assert.Equal((side, "why: because"), (failure.Side, failure.Message));
        Assert.Equal(transient, RunFailures.MayPass(details));
        Assert.Null(failure.Cause);
    }

    [Fact]
    public void A_failure_inside_a_sub_orchestration_is_found_below_the_words_of_the_engine()
    {
        var activity = new TaskFailedException(
            "TakeShare",
            1,
            TaskFailureDetails.FromException(RunFailures.Classify(new ArchiveException(ArchiveFailure.Unreachable, "no route")))
        );
        var child = new TaskFailureDetails(
            "Microsoft.DurableTask.TaskFailedException",
            "Task 'TakeShare' (#1) failed",
            null,
            activity.FailureDetails,
            null
        );

        var failure = RunFailures.Of(new TaskFailedException("CaptureSome", 2, child));

        Assert.Equal(("vault", "Unreachable", "no route"), (failure.Side, failure.Reason, failure.Message));
    }

    [Fact]
    public void A_failure_of_the_engine_is_worth_another_attempt_and_names_its_task()
    {
        var crash = new TaskFailureDetails(
            "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
            "dotnet exited with code 137 (0x89)",
            null,
            null,
            null
        );

        var failure = RunFailures.Of(new TaskFailedException("ExportUnit", 1, crash));

        Assert.True(RunFailures.MayPass(crash));
        Assert.Equal(("run", RunFailures.Engine), (failure.Side, failure.Reason));
        Assert.Contains("ExportUnit", failure.Message);
        Assert.NotNull(failure.Next);
    }

    [Fact]
    public void In_one_process_a_failure_keeps_the_exception_itself()
    {
        var fault = new ClusterException(ClusterFailure.Forbidden, "why");

        Assert.Same(fault, RunFailures.Of(new TaskFailedException("Activity", 1, RunFailures.Classify(fault))).Cause);
    }
}
