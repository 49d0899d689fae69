using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Archive.Format;
using Holdfast.Capture.Course;
using Holdfast.Orchestrations.Capturing;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
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
    private static readonly RunFailure Failure = TooLong(8);
    private static readonly Cancellation Cancelled = new(RunResult.Cut(Caller)!, RunResult.Cut(Text, Cancellation.LongestReason));
    private static readonly Approval Approved = ReceivedEvents.Bounded(new(ApprovalDecision.Approved, ContentDigest.Of([]), Caller, Text));
    private static readonly CaptureOrder Capture = new CaptureOrder
    {
        Run = Fleet.Of(Cluster),
        Cluster = Cluster,
        RequestedBy = Caller,
        Policy = new('p', 63),
        KeepUntil = DateTimeOffset.MaxValue,
        Full = true,
        NewIncarnation = true,
        Scope = new() { Namespaces = Many },
        ExpectedAbsentGroups = Many,
    }.Brief();

    private static readonly FleetOrder Captures = new FleetOrder
    {
        Run = Fleet,
        Clusters = [.. Many.Select(ClusterName.Parse)],
        Busy = [.. Many.Select(ClusterName.Parse)],
        RequestedBy = Caller,
        Policy = new('p', 63),
        Note = Text,
        Scope = new() { Namespaces = Many },
        ExpectedAbsentGroups = Many,
    }.Brief();

    private static readonly RestoreRequest Request = new()
    {
        Cluster = Cluster.ToString(),
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
    private static readonly FleetTotals Totals = Enumerable
        .Range(0, 2_000)
        .Aggregate(FleetTotals.None, (totals, _) => totals.With(Cluster, Capture.Run, Text)) with
    {
        Trouble = RunResult.Cut(Text),
    };
    private static readonly RunResult Result = new(Capture.Run, RunState.Succeeded, Point, RunResult.Cut(Text))
    {
        Objects = long.MaxValue,
        Bytes = long.MaxValue,
    };
    private static readonly CaptureSubject Subject = new(Capture.Run, Cluster);
    private static readonly RestoreSubject Restored = new(Capture.Run, Cluster);
    private static readonly LegSummary Leg = new(int.MaxValue, int.MaxValue, long.MaxValue, RunResult.Cut(Text));
    private static readonly RestoreCursor Cursor = new(default, default)
    {
        Rest = new(default, [.. Enumerable.Range(1_000_000, StageSlice.MostSteps)]),
    };

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
        }.Brief(),
        new RestoreOrder
        {
            Run = Fleet,
            Target = Cluster,
            RequestedBy = Caller,
            Request = Request,
            Approval = new(),
        }.Brief(),
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
        new UnitSummary(long.MaxValue, long.MaxValue, int.MaxValue, long.MaxValue, int.MaxValue, true),
        new LegSubject(Subject, int.MaxValue),
        new Settlement(Leg),
        new UnitRange(Subject, int.MaxValue, 0, int.MaxValue, int.MaxValue, int.MaxValue),
        new NodeSummary(int.MaxValue, long.MaxValue, long.MaxValue, int.MaxValue, Failure),
        new CaptureEnd(Capture, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue, Failure, Cancelled),
        new PlanMade(ContentDigest.Of([]), int.MaxValue, int.MaxValue),
        new FleetSize(Captures with { Clusters = Hundred }, int.MaxValue),
        new ShareSubject(Fleet, int.MaxValue, int.MaxValue),
        new ShareClusters(Hundred),
        new FleetShare(Captures, DateTimeOffset.MaxValue, 1, 1),
        Totals,
        new FleetEnd(Captures, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue, Totals, Cancelled),
        new DueRuns(
            [.. Enumerable.Repeat(new DueRun(new('p', 63), Fleet), FindDue.Most)],
            [.. Enumerable.Repeat(RunResult.Cut(Text)!, 10)],
            new('p', 63)
        ),
        new StageSubject(Restored, Cursor),
        new RestoreAdvance(Cursor, new('p', 100), int.MaxValue, int.MaxValue, int.MaxValue) { Waiting = new('w', 903) },
        new RestoreEnd(
            Restored,
            RunKind.Restore,
            Caller,
            DateTimeOffset.MaxValue,
            DateTimeOffset.MaxValue,
            true,
            Failure,
            Cancelled,
            Approved
        ),
    ];

    /// <summary>Documents of the control store, which no engine carries.</summary>
    private static readonly Type[] Documents = [typeof(RunReport), typeof(RunReport[]), typeof(PolicyRuns), typeof(KeptOrder)];

    private static readonly JsonSerializerOptions Json = new(HoldfastJson.Default.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(HoldfastJson.Default, EffectsJson.Default),
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
            Travelling(typeof(HoldfastJson)).Concat(Travelling(typeof(EffectsJson))).Except(Documents).Select(type => type.Name).Order(),
            Largest.Select(payload => payload.GetType().Name).Order()
        );

    private static IEnumerable<Type> Travelling(Type context) =>
        context
            .GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
            .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
            .Where(type => type != typeof(object[]));

    /// <summary>What an orchestrator sees of an activity that fails with a long text and many causes.</summary>
    private static RunFailure TooLong(int causes)
    {
        Exception fault = new InvalidOperationException(Text);
        for (var cause = 0; cause < causes; cause++)
            fault = new IOException(Text, fault);
        var sent = RunFailures.Classify(fault);
        return RunFailures.Of(
            new TaskFailedException(
                "Fails",
                1,
                TaskFailureDetails.FromException(new ActivityFailedException(sent.Side, sent.Reason, sent.Text, isTransient: true))
            )
        );
    }
}
