using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Archive.Format;
using Holdfast.Capture.Exporting;
using Holdfast.Capture.Running;
using Holdfast.Control.Infrastructure;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.NewClusters;
using Holdfast.Orchestrations.Notifying;
using Holdfast.Orchestrations.Recovering;
using Holdfast.Orchestrations.Replicating;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Retaining;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
using Holdfast.Orchestrations.Verifying;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Tests.Runs;

/// <summary>
/// Each input, output, event and status at its largest. Every character of free text is one that JSON writes as six bytes.
/// </summary>
public sealed class PayloadSizeTests
{
    private static readonly string Text = new('\u0001', 100_000);
    private static readonly ClusterName Cluster = ClusterName.Parse(new string('c', 63));
    private static readonly RunId Fleet = RunId.Parse("20261122T053000Z-1a2b3c4d");
    private static readonly PointId Point = PointId.TryParse("20261122T053000Z-abcdef", out var id) ? id : throw new FormatException();
    private static readonly string Caller = new('\u0001', 206);
    private static readonly ImmutableArray<string> Many = [.. Enumerable.Range(0, 5_000).Select(i => $"namespace-{i}")];
    private static readonly Failure Failed = TooLong(8);
    private static readonly Cancellation Cancelled = new(RunResult.Cut(Caller)!, RunResult.Cut(Text, Cancellation.LongestReason));
    private static readonly Approval Approved = ReceivedEvents.Bounded(new(ApprovalDecision.Approved, ContentDigest.Of([]), Caller, Text));
    private static readonly CaptureOrderRef Capture = new CaptureOrder
    {
        Run = Fleet.Of(Cluster),
        Cluster = Cluster,
        RequestedBy = Caller,
        Policy = new('p', 63),
        Request = new()
        {
            KeepUntil = DateTimeOffset.MaxValue,
            Full = true,
            NewIncarnation = true,
            Scope = new() { Namespaces = Many },
            ExpectedAbsentGroups = Many,
        },
    }.Reference();
    private static readonly FleetOrderRef Captures = new FleetOrder
    {
        Run = Fleet,
        Clusters = [.. Many.Select(ClusterName.Parse)],
        Busy = [.. Many.Select(ClusterName.Parse)],
        RequestedBy = Caller,
        Policy = new('p', 63),
        Note = Text,
        Request = new()
        {
            Scope = new() { Namespaces = Many },
            ExpectedAbsentGroups = Many,
        },
    }.Reference();
    private static readonly RestoreRequest Request = new()
    {
        Cluster = Cluster,
        Point = Point,
        Selection = new()
        {
            Namespaces = Many,
            Kinds = Many,
            Names = Many,
            Labels = Text,
        },
        Quiesce = Many,
    };

    private static readonly ImmutableArray<ClusterName> Hundred =
    [
        .. Enumerable.Range(0, CaptureSome.Most).Select(i => ClusterName.Parse($"{new string('c', 60)}{i:000}")),
    ];
    private static readonly FleetNode Node = new(Captures) { Clusters = Hundred };
    private static readonly FleetCounts Totals = Enumerable
        .Range(0, 2_000)
        .Aggregate(new FleetCounts(), (counts, _) => counts.With(Cluster, Capture.Run, Text)) with
    {
        Trouble = RunResult.Cut(Text),
    };
    private static readonly RunResult Result = new(Capture.Run, RunState.Succeeded, Point, RunResult.Cut(Text))
    {
        Objects = long.MaxValue,
        Bytes = long.MaxValue,
    };
    private static readonly RetentionOrder Retains = new() { Run = Fleet, RequestedBy = Caller };
    private static readonly VerificationOrder Verifies = new()
    {
        Run = Fleet,
        RequestedBy = Caller,
        Cluster = Cluster,
        Sample = 100,
    };
    private static readonly ReplicationOrder Replicates = new()
    {
        Run = Fleet,
        RequestedBy = Caller,
        Cluster = Cluster,
        Replica = new('r', 63),
        IsAfterSeals = true,
    };
    private static readonly ReplicatePlace Replica = new(Cluster, new('r', 63), true);
    private static readonly VerifyPlace Place = new(Cluster, ContentDigest.Of([]));
    private static readonly CaptureSubject Subject = new(Capture.Run, Cluster);
    private static readonly RestoreSubject Restored = new(Capture.Run, Cluster);
    private static readonly PassSummary Leg = new(int.MaxValue, int.MaxValue, long.MaxValue, RunResult.Cut(Text));
    private static readonly RestoreCursor Cursor = new(default, default)
    {
        Rest = new(default, [.. Enumerable.Range(1_000_000, StageSlice.MostSteps)]),
    };

    private static readonly string Id = "/" + new string('i', 1_023);
    private static readonly NewClusterSubject MadeFor = new(Capture.Run, Cluster) { Approved = ContentDigest.Of("plan"u8) };
    private static readonly NewClusterEnd Left = new(NewClusterStage.Creating, Text[..LookAtNewCluster.LongestDetail], true);

    private static readonly RecoveryOrder Recovers = new RecoveryOrder
    {
        Run = Fleet,
        RequestedBy = Caller,
        Document = new() { Version = 1, Groups = [] },
        Plan = new(Fleet, ContentDigest.Of([])),
        Approval = new() { Because = new('b', 200) },
    }.Reference();

    private static readonly GroupBrief Group = new(
        int.MaxValue,
        new('g', 63),
        [.. Enumerable.Repeat(new RestoreBrief(new('r', 63), Cluster, ContentDigest.Of([]), RestoreAttempt.Complete), 100)],
        int.MaxValue,
        RunResult.Cut(Text),
        true
    );

    private static readonly object[] Largest =
    [
        true,
        Capture,
        Captures,
        new PlanOrder
        {
            Run = Fleet,
            Target = Cluster,
            RequestedBy = Caller,
            Request = Request,
        }.Reference(),
        new RestoreOrder
        {
            Run = Fleet,
            Target = Cluster,
            RequestedBy = Caller,
            Request = Request,
            Approval = new(),
            NewCluster = new() { Name = Cluster, Infrastructure = JsonSerializer.SerializeToElement(Text) },
        }.Reference(),
        Recovers,
        new Confirmation(new('g', 63), Caller),
        new RecoveryPlanStep(Recovers, int.MaxValue),
        new RecoveryPlanned(int.MaxValue, int.MaxValue) { Digest = ContentDigest.Of([]) },
        new GroupAdvance(Recovers, DateTimeOffset.MaxValue) { Passed = int.MaxValue, PausedSeconds = double.MaxValue },
        new NextGroup(Group),
        new RecoveryCheckStep(Recovers, int.MaxValue, int.MaxValue, DateTimeOffset.MaxValue),
        new RecoveryCheckOutcome(RunResult.Cut(Text), true),
        new RecoveryEnd(Recovers, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue, Failed, Cancelled, Approved),
        Retains,
        new TickOrder(DateTimeOffset.MaxValue) { After = new('p', 63) },
        Approved,
        Cancelled,
        new RunStatus
        {
            Run = Capture.Run,
            Kind = RunKind.Capture,
            State = RunState.WaitingForApproval,
            Phase = new('p', 100),
            StartedAt = DateTimeOffset.MaxValue,
            Cluster = Cluster,
            Policy = new('p', 63),
            Group = new('g', 63),
            Message = RunResult.Cut(Text),
        },
        Result,
        new TickResult(
            [.. Enumerable.Repeat(Result with { Run = Fleet, Point = null, Reason = null }, FindDue.Most)],
            [.. Enumerable.Repeat(RunResult.Cut(Text)!, 10)]
        ),
        new StopRequest(Capture.Run, Cancelled),
        Leg,
        new UnitSubject(Subject, int.MaxValue, int.MaxValue, int.MaxValue),
        new VolumeBatchSubject(Subject, int.MaxValue),
        new VolumeWait(int.MaxValue, double.MaxValue),
        Subject,
        new UnitCounts
        {
            Objects = long.MaxValue,
            Bytes = long.MaxValue,
            Failed = int.MaxValue,
            Done = 1,
        },
        new PassSubject(Subject, int.MaxValue),
        new NextPass(Leg),
        new UnitRange(Subject, int.MaxValue, 0, int.MaxValue, int.MaxValue, int.MaxValue),
        new NodeCounts
        {
            Done = int.MaxValue,
            Objects = long.MaxValue,
            Bytes = long.MaxValue,
            Failed = int.MaxValue,
            Failure = Failed,
        },
        new CaptureEnd(Capture, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue, Failed, Cancelled),
        new PlanMade(ContentDigest.Of([]), int.MaxValue, int.MaxValue) { NeedsSafetyPoint = true, SafetyPoint = Point },
        new SafetySubject(Restored, DateTimeOffset.MaxValue, Caller),
        new SafetyTaken(Restored, Cluster, Point),
        new FleetSize(Node, int.MaxValue),
        new ShareSubject(Fleet, int.MaxValue, int.MaxValue),
        new ShareClusters(Hundred),
        new FleetShare(Node, DateTimeOffset.MaxValue, 1, 1),
        Totals,
        new FleetEnd(Captures, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue, Totals, Cancelled),
        new DueRuns(
            [.. Enumerable.Repeat(new DueRun(new('p', 63), Fleet), FindDue.Most)],
            [.. Enumerable.Repeat(RunResult.Cut(Text)!, 10)],
            new('p', 63)
        ),
        new PruneSubject(Fleet, Cluster),
        new PruneProgress(Cluster, true, int.MaxValue, int.MaxValue),
        new RetentionEnd(Retains, DateTimeOffset.MaxValue, Failed, Cancelled, DateTimeOffset.MaxValue),
        Verifies,
        new VerifySubject(Verifies, Place),
        new VerifyProgress(Place, true, int.MaxValue, int.MaxValue, long.MaxValue),
        new VerificationEnd(Verifies, DateTimeOffset.MaxValue, Failed, Cancelled, DateTimeOffset.MaxValue),
        Replicates,
        new ReplicateSubject(Replicates, Replica),
        new ReplicateProgress(Replica, true, new('r', 63), int.MaxValue, long.MaxValue),
        new ReplicationEnd(Replicates, DateTimeOffset.MaxValue, Failed, Cancelled, DateTimeOffset.MaxValue),
        new NotifyOrder(DateTimeOffset.MaxValue),
        new DueTargets([.. Enumerable.Repeat(new string('t', 63), 100)], [.. Enumerable.Repeat(new string('t', 63), 100)]),
        new NotifySubject(DateTimeOffset.MaxValue, new('t', 63)),
        new StageSubject(Restored, Cursor),
        new RestoreAdvance(Cursor, new('p', 100), int.MaxValue, int.MaxValue, int.MaxValue) { Waiting = new('w', 903) },
        new RestoreEnd(
            Restored,
            RunKind.Restore,
            Caller,
            DateTimeOffset.MaxValue,
            DateTimeOffset.MaxValue,
            true,
            Failed,
            Cancelled,
            Approved
        )
        {
            NewCluster = Left,
        },
        MadeFor,
        new NewClusterPlanned(Id, true, int.MaxValue) { Digest = ContentDigest.Of("plan"u8) },
        new NewClusterLook(MadeFor, true),
        new NewClusterState(NewClusterStage.Creating, Left.Detail),
        new NodesLook(MadeFor, true),
        new NodeCount(int.MaxValue, int.MaxValue, RunResult.Cut(Text)),
    ];

    /// <summary>Documents of the control store, which no engine carries.</summary>
    private static readonly Type[] Documents =
    [
        typeof(RunReport),
        typeof(RunReport[]),
        typeof(PolicyRuns),
        typeof(StoredOrder),
        typeof(PrunedCluster),
        typeof(VerifiedCluster),
        typeof(VerificationOutcome),
        typeof(ReplicatedCluster),
        typeof(ReplicaState),
        typeof(Fence),
        typeof(UnreplicatedCluster),
        typeof(Notice),
        typeof(DeliveryState),
    ];

    private static readonly JsonSerializerOptions Json = new(HoldfastJson.Default.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(HoldfastJson.Default, ScheduleJson.Default, ActivityJson.Default),
    };

    public static TheoryData<string> Types => [.. Largest.Select(payload => payload.GetType().Name)];

    [Theory]
    [MemberData(nameof(Types))]
    public void A_payload_at_its_largest_fits_into_a_message(string type)
    {
        var payload = Largest.Single(one => one.GetType().Name == type);

        var bytes = JsonSerializer.SerializeToUtf8Bytes(payload, Json.GetTypeInfo(payload.GetType())).Length;

        Assert.True(bytes <= PayloadSize.Longest, $"{bytes} bytes");
    }

    [Fact]
    public void A_status_at_its_largest_is_shown_whole() =>
        Assert.InRange(JsonSerializer.Serialize(Largest.OfType<RunStatus>().Single(), HoldfastJson.Default.RunStatus).Length, 1, 8 * 1024);

    [Fact]
    public void Every_type_that_travels_is_looked_at_here() =>
        Assert.Equal(
            new[] { typeof(HoldfastJson), typeof(ScheduleJson), typeof(ActivityJson) }
                .SelectMany(Travelling)
                .Except(Documents)
                .Select(type => type.Name)
                .Order(),
            Largest.Select(payload => payload.GetType().Name).Order()
        );

    private static IEnumerable<Type> Travelling(Type context) =>
        context
            .GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
            .Where(type => type != typeof(object[]));

    /// <summary>What an orchestrator sees of an activity that fails with a long text and many causes.</summary>
    private static Failure TooLong(int causes)
    {
        Exception fault = new InvalidOperationException(Text);
        for (var cause = 0; cause < causes; cause++)
            fault = new IOException(Text, fault);
        return Failure.Of(
            new TaskFailedException(
                "Fails",
                1,
                TaskFailureDetails.FromException(new ActivityFailedException(Failure.Of(fault) with { IsTransient = true }))
            )
        );
    }
}
