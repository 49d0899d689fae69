using Holdfast.Control.Infrastructure;
using Holdfast.Machine.Terminals;
using Holdfast.Orchestrations.Activities;

namespace Holdfast.Orchestrations.NewClusters;

/// <summary>How far the making of a cluster is.</summary>
/// <param name="Ended">The run is over: what is left is asked for, whether it was cancelled or not.</param>
internal sealed record NewClusterLook(NewClusterSubject Subject, bool Ended);

/// <summary>Asks the cloud how far it is with the planned cluster. Changes nothing.</summary>
internal sealed class LookAtNewCluster(NewClusterRuns clusters) : RunActivity<NewClusterLook, NewClusterState>(clusters.Records)
{
    public const string Name = nameof(LookAtNewCluster);

    /// <summary>Characters; what is longer is cut.</summary>
    public const int LongestDetail = 600;

    protected override async Task<NewClusterState> DoAsync(NewClusterLook look, CancellationToken cancellation)
    {
        var state = look.Ended ? await LeftAsync(look.Subject, cancellation) : await StateAsync(look.Subject, cancellation);
        return state with { Detail = state.Detail is null ? null : CutText.To(LongestDetail, state.Detail) };
    }

    private async Task<NewClusterState> StateAsync(NewClusterSubject subject, CancellationToken cancellation)
    {
        var state = await clusters.DoAsync(subject.Run, (provider, plan, stop) => provider.LookAsync(plan, stop), cancellation);
        Records.Environment.RestoreProgress?.Report(new("creating the cluster", 0, 0, 0) { Waiting = state.Detail });
        return state;
    }

    private async Task<NewClusterState> LeftAsync(NewClusterSubject subject, CancellationToken cancellation) =>
        await clusters.FindPlanAsync(subject.Run, cancellation) is { } plan
            ? await clusters.ProviderOf(plan).LookAsync(plan, cancellation)
            : new(NewClusterStage.Absent);
}
