using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Executing;
using Holdfast.Control.Policies;

namespace Holdfast.Volumes.Hooks;

/// <summary>Runs the hooks of one pod. What goes wrong is an outcome, never an exception.</summary>
internal sealed class HookExecution(ClusterConnection connection)
{
    /// <summary>Of a post hook whose connection failed: a stopped application is worse than a command that runs twice.</summary>
    private const int PostAttempts = 3;

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    private readonly PodExec exec = new(connection);

    /// <returns>False: a failure that counts, or the token was cancelled. The hooks that follow were not run.</returns>
    public async Task<bool> PreAsync(PodHooks pod, List<HookOutcome> outcomes, CancellationToken cancellation)
    {
        foreach (var spec in pod.Pre)
        {
            var (outcome, _) = await RunAsync(pod, HookPhase.Pre, spec, cancellation);
            outcomes.Add(outcome);
            if (cancellation.IsCancellationRequested || (outcome.Error is not null && spec.OnError == OnHookError.Fail))
                return false;
        }
        return true;
    }

    /// <summary>All of them, whatever fails; can't be cancelled, and ends when the time-outs have passed.</summary>
    public async Task PostAsync(PodHooks pod, bool isRecovery, List<HookOutcome> outcomes)
    {
        foreach (var spec in pod.Post)
        {
            for (var attempt = 1; ; attempt++)
            {
                var (outcome, mayPass) = await RunAsync(pod, HookPhase.Post, spec, CancellationToken.None);
                if (mayPass && attempt < PostAttempts)
                {
                    await Task.Delay(BetweenAttempts, connection.Time);
                    continue;
                }
                outcomes.Add(outcome with { IsRecovery = isRecovery });
                break;
            }
        }
    }

    private async Task<(HookOutcome Outcome, bool MayPass)> RunAsync(
        PodHooks pod,
        HookPhase phase,
        HookSpec spec,
        CancellationToken cancellation
    )
    {
        var began = connection.Time.GetTimestamp();
        HookOutcome Outcome() => HookOutcome.Of(pod, phase, spec, connection.Time.GetElapsedTime(began));
        try
        {
            var command = new ContainerCommand(pod.Namespace, pod.Pod, spec.Container, spec.Command);
            var result = await exec.RunAsync(command, spec.Timeout, cancellation);
            return (Outcome().With(result, spec), false);
        }
        catch (ClusterException e)
        {
            return (Outcome().WithError(e.Message), e.IsTransient);
        }
        catch (OperationCanceledException)
        {
            return (Outcome().WithError("the capture was cancelled, or applications had been stopped for too long"), false);
        }
#pragma warning disable CA1031 // Whatever a hook runs into is its outcome: the post hooks still run.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return (Outcome().WithError(e.Message), false);
        }
    }
}
