using System.Text.Json;
using Holdfast.Control;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Activities;

/// <summary>
/// A cancelled run says so in a document, since an event reaches its orchestration only: running activities, in whatever
/// process, look for it and stop at their next safe place. That of a fleet or a recovery stops its parts as well. Thread-safe.
/// </summary>
internal sealed partial class RunStops(IDocumentStore control, TimeProvider time, TimeSpan interval, ILogger log)
{
    public Task RequestAsync(RunId run, Cancellation cancelled, CancellationToken cancellation) =>
        control.PutAsync(PathOf(run), JsonSerializer.SerializeToUtf8Bytes(cancelled, HoldfastJson.Default.Cancellation), cancellation);

    public Task RemoveAsync(RunId run, CancellationToken cancellation) => control.DeleteAsync(PathOf(run), null, cancellation);

    /// <summary>Works unless the run is cancelled, and until it is.</summary>
    /// <exception cref="ActivityFailedException">The run is cancelled; what was done until then is kept.</exception>
    public async Task<T> UnlessRequestedAsync<T>(RunId run, Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        if (await IsRequestedAsync(run, cancellation))
            throw Cancelled(run);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var over = new CancellationTokenSource();
        using var timer = new PeriodicTimer(interval, time);
        var watching = WatchAsync(run, stop, timer, over.Token);
        try
        {
            return await work(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Cancelled(run);
        }
        finally
        {
            // ends its wait without an exception, whose stack trace would cost a short run a hundredth of its time
            timer.Dispose();
            await over.CancelAsync();
            await watching;
        }
    }

    private async Task WatchAsync(RunId run, CancellationTokenSource stop, PeriodicTimer timer, CancellationToken over)
    {
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                if (!await IsRequestedAsync(run, over))
                    continue;
                await stop.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // the work is done
        }
    }

    /// <remarks>The work continues where the store can't be asked.</remarks>
    private async Task<bool> IsRequestedAsync(RunId run, CancellationToken cancellation)
    {
        try
        {
            return await control.ReadAsync(PathOf(run), cancellation) is not null
                || (run.Whole is { } whole && await control.ReadAsync(PathOf(whole), cancellation) is not null);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            if (fault is not ControlException)
                LogUnasked(log, fault, run.ToString());
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "Whether run {Run} was cancelled can't be found out; it continues")]
    private static partial void LogUnasked(ILogger log, Exception exception, string run);

    private static string PathOf(RunId run) => $"{RunReports.FolderOf(run)}cancelled.json";

    private static ActivityFailedException Cancelled(RunId run) =>
        new(new(FailureSide.Caller, FailureCode.Cancelled, $"run {run} was cancelled"));
}
