using System.Collections.Immutable;
using Holdfast.Functions.Api;
using Holdfast.Functions.Api.Control;
using Holdfast.Functions.Api.Points;
using Holdfast.Functions.Api.Replicas;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Api.Runs;
using Holdfast.Functions.OpenApi;

namespace Holdfast.Functions;

/// <summary>Every route of the API.</summary>
internal static class Routes
{
    public static ImmutableArray<ApiRoute> All { get; } =
    [
        .. ClusterRoutes.All,
        ClusterCheckRoute.Check,
        .. PolicyRoutes.All,
        .. NotificationRoutes.All,
        PointRoutes.List,
        PointRoutes.Read,
        HoldRoutes.Add,
        HoldRoutes.Remove,
        ManifestRoutes.List,
        DiffRoutes.Diff,
        HistoryRoutes.Read,
        StatsRoutes.Read,
        CaptureRoutes.Start,
        RestoreRoutes.Plan,
        PlanRoutes.Read,
        PlanRoutes.NewCluster,
        RestoreRoutes.Start,
        RecoveryRoutes.Plan,
        RecoveryRoutes.Read,
        RecoveryRoutes.Start,
        RetentionRoutes.Plan,
        RetentionRoutes.Start,
        VerificationRoutes.Start,
        ReplicaRoutes.List,
        ReplicaRoutes.Start,
        TakeoverRoutes.Look,
        TakeoverRoutes.Start,
        TakeoverRoutes.Return,
        RunRoutes.List,
        RunRoutes.Read,
        RunRoutes.Report,
        RunControlRoutes.Cancel,
        RunControlRoutes.Approve,
        RunControlRoutes.Resume,
        VaultRoutes.Check,
        AuditRoutes.List,
        HealthRoutes.Live,
        HealthRoutes.Ready,
        OpenApiRoute.For(() => All),
    ];
}
