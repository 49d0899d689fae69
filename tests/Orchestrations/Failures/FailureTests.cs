using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Clusters;
using Holdfast.Clusters.Kubeconfigs;
using Holdfast.Control;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Failures;
using Holdfast.Restore;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Tests.Failures;

public sealed class FailureTests
{
    public static TheoryData<Exception, FailureSide, bool> Faults =>
        new()
        {
            { new ClusterException(ClusterFailure.Forbidden, "why: because"), FailureSide.Cluster, false },
            { new ClusterException(ClusterFailure.Unreachable, "why: because"), FailureSide.Cluster, true },
            { new ArchiveException(ArchiveFailure.Full, "why: because"), FailureSide.Vault, false },
            { new ControlException(ControlFailure.Unreachable, "orders/x.json", "why: because"), FailureSide.Control, true },
            { new ControlException(ControlFailure.Malformed, "orders/x.json", "why: because"), FailureSide.Control, false },
            { new CaptureException(CaptureFailure.OtherCluster, "why: because"), FailureSide.Caller, false },
            { new RestoreException(RestoreRefusal.BadPlan, "why: because"), FailureSide.Caller, false },
            { new RegistrationException("why: because"), FailureSide.Caller, false },
            { new KubeconfigException("why: because"), FailureSide.Caller, false },
            { new IOException("why: because"), FailureSide.Cloud, true },
            { new UnauthorizedAccessException("why: because"), FailureSide.Cloud, false },
            { new InvalidOperationException("why: because"), FailureSide.Bug, false },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Side_code_and_text_of_a_failure_survive_an_engine_that_carries_only_its_message(
        Exception fault,
        FailureSide side,
        bool transient
    )
    {
        var details = TaskFailureDetails.FromException(
            new InvalidOperationException(new ActivityFailedException(Failure.Of(fault)).Message)
        );
        var failure = Failure.Of(new TaskFailedException("Activity", 1, details));

        Assert.Equal((side, Failure.Of(fault).Code, "why: because"), (failure.Side, failure.Code, failure.Message));
        Assert.Equal(Failure.Of(fault).Next, failure.Next);
        Assert.Equal(transient, Failure.MayPass(details));
        Assert.Null(failure.Cause);
    }

    [Fact]
    public void A_failure_inside_a_sub_orchestration_is_found_below_the_words_of_the_engine()
    {
        var activity = new TaskFailedException(
            "TakeShare",
            1,
            TaskFailureDetails.FromException(
                new ActivityFailedException(Failure.Of(new ArchiveException(ArchiveFailure.Unreachable, "no route")))
            )
        );
        var child = new TaskFailureDetails(
            "Microsoft.DurableTask.TaskFailedException",
            "Task 'TakeShare' (#1) failed",
            null,
            activity.FailureDetails,
            null
        );

        var failure = Failure.Of(new TaskFailedException("CaptureSome", 2, child));

        Assert.Equal((FailureSide.Vault, "Unreachable", "no route"), (failure.Side, failure.Code, failure.Message));
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

        var failure = Failure.Of(new TaskFailedException("ExportUnit", 1, crash));

        Assert.True(Failure.MayPass(crash));
        Assert.Equal((FailureSide.Cloud, FailureCode.Engine), (failure.Side, failure.Code));
        Assert.Contains("ExportUnit", failure.Message);
        Assert.NotNull(failure.Next);
    }

    [Fact]
    public void In_one_process_a_failure_keeps_the_exception_itself()
    {
        var fault = new ClusterException(ClusterFailure.Forbidden, "why");

        Assert.Same(fault, Failure.Of(new TaskFailedException("Activity", 1, new ActivityFailedException(Failure.Of(fault)))).Cause);
    }

    [Theory]
    [InlineData("capture", FailureSide.Caller), InlineData("restore", FailureSide.Caller), InlineData("kubeconfig", FailureSide.Caller)]
    [InlineData("registration", FailureSide.Caller), InlineData("files", FailureSide.Cloud), InlineData("run", FailureSide.Cloud)]
    public void The_finer_sides_of_earlier_releases_are_read_in_reports_and_in_messages_that_are_under_way(string name, FailureSide side)
    {
        var report = JsonSerializer.Deserialize(
            $$"""{"side":"{{name}}","reason":"Cancelled","message":"why"}""",
            FailureJson.Default.Failure
        )!;
        var message = Failure.Of(
            new TaskFailedException(
                "Activity",
                1,
                TaskFailureDetails.FromException(new InvalidOperationException($"{name}/Cancelled: why"))
            )
        );

        Assert.Equal((side, "Cancelled", "why"), (report.Side, report.Code, report.Message));
        Assert.Equal((side, "Cancelled", "why"), (message.Side, message.Code, message.Message));
        Assert.True(report.IsCancelled && message.IsCancelled);
    }

    [Fact]
    public void A_report_keeps_the_names_of_its_members() =>
        Assert.Equal(
            """{"side":"vault","reason":"Full","message":"no room","next":"make some"}""",
            JsonSerializer.Serialize(
                new Failure(FailureSide.Vault, "Full", "no room", "make some") { IsTransient = true, Cause = new IOException() },
                FailureJson.Default.Failure
            )
        );
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Failure))]
internal sealed partial class FailureJson : JsonSerializerContext;
