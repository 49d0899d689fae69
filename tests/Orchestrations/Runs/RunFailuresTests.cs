using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Durable;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Capture;
using Holdfast.Protection.Restore;

namespace Holdfast.Orchestrations.Tests.Runs;

public sealed class RunFailuresTests
{
    public static TheoryData<Exception, string, Type> Faults => new()
    {
        { new ClusterException(ClusterFailure.Forbidden, "why"), "cluster", typeof(ClusterException) },
        { new ArchiveException(ArchiveFailure.Full, "why"), "vault", typeof(ArchiveException) },
        { new CaptureException(CaptureFailure.OtherCluster, "why"), "capture", typeof(CaptureException) },
        { new RestoreException(RestoreRefusal.BadPlan, "why"), "restore", typeof(RestoreException) },
        { new IOException("why"), "files", typeof(IOException) },
        { new UnauthorizedAccessException("why"), "files", typeof(IOException) },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void The_side_that_failed_is_told_on_the_other_end_of_an_activity(Exception fault, string side, Type told)
    {
        var sent = RunFailures.Classify(fault)!;
        var failure = RunFailures.Of(new TaskFailureDetails(sent.ErrorType, sent.Message));
        var met = RunFailures.ToException(failure);

        Assert.Equal((side, "why"), (failure.Side, failure.Message));
        Assert.Equal((told, "why"), (met.GetType(), met.Message));
    }
}
