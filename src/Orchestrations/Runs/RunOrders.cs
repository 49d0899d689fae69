using System.Text.Json;
using DurableTask.Core.Exceptions;
using Holdfast.Control;
using Holdfast.Orchestrations.Failures;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// The orders of unfinished runs: <c>orders/RUN.json</c> of the control store, there before a run is started and until it has ended. An
/// order may be of any size (thousands of clusters, of namespaces), what an engine carries may not: orchestrations are started with an
/// <see cref="OrderRef"/>, and activities read the order here. Thread-safe.
/// </summary>
public sealed class RunOrders(IDocumentStore control, TimeProvider time)
{
    private const string Ending = ".json";

    public static string PathOf(RunId run) => $"{ControlPaths.Orders}{run}{Ending}";

    /// <summary>
    /// Stores the order, and starts the run; where that fails and the engine has no such run, the order is removed again.
    /// </summary>
    /// <returns>False: the run was started before and is still running, and is left alone.</returns>
    public async Task<bool> StartAsync(DurableTaskClient engine, Func<DateTimeOffset, StoredOrder> make, CancellationToken cancellation)
    {
        var order = make(time.GetUtcNow());
        var (orchestrator, input) = order.Start;
        await StoreAsync(order, cancellation);
        try
        {
            await engine.ScheduleNewOrchestrationInstanceAsync(
                orchestrator,
                input,
                new StartOrchestrationOptions(order.Run.ToString()),
                cancellation
            );
            return true;
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return false;
        }
        catch
        {
            await TakeBackAsync(engine, order.Run);
            throw;
        }
    }

    internal Task StoreAsync(StoredOrder order, CancellationToken cancellation) =>
        control.PutAsync(PathOf(order.Run), JsonSerializer.SerializeToUtf8Bytes(order, HoldfastJson.Default.StoredOrder), cancellation);

    /// <returns>Null: no order of that run is stored.</returns>
    /// <exception cref="ControlException">Malformed or NewerVersion: the document can't be used.</exception>
    public async Task<StoredOrder?> FindAsync(RunId run, CancellationToken cancellation) =>
        (
            await control.ReadAsync(
                PathOf(run),
                HoldfastJson.Default.StoredOrder,
                cancellation,
                order => FlawOf(order, run),
                StoredOrder.Renew
            )
        )?.Document;

    private static string? FlawOf(StoredOrder order, RunId run) =>
        !order.IsOne ? "it doesn't order exactly one thing"
        : order.Run == run ? null
        : "it is of another run";

    /// <returns>Null: no order of that run is stored, or it can't be used.</returns>
    public async Task<StoredOrder?> TryFindAsync(RunId run, CancellationToken cancellation)
    {
        try
        {
            return await FindAsync(run, cancellation);
        }
        catch (ControlException unusable) when (unusable.IsOfDocument)
        {
            return null;
        }
    }

    /// <exception cref="ActivityFailedException">No order of that run is stored.</exception>
    /// <exception cref="ControlException">The stored order isn't a fleet's.</exception>
    internal async Task<FleetOrder> FleetAsync(RunId run, CancellationToken cancellation) =>
        (await ReadAsync(run, cancellation)).Fleet ?? throw ControlReading.Refuse(control, PathOf(run), "it isn't the order of a fleet");

    /// <exception cref="ActivityFailedException">No order of that run is stored.</exception>
    /// <exception cref="ControlException">The stored order isn't that of a single capture.</exception>
    internal async Task<CaptureOrder> CaptureAsync(RunId run, CancellationToken cancellation) =>
        (await ReadAsync(run, cancellation)).Capture
        ?? throw ControlReading.Refuse(control, PathOf(run), "it isn't the order of a single capture");

    /// <exception cref="ActivityFailedException">No order of that run is stored: it has ended, or its start failed.</exception>
    internal async Task<StoredOrder> ReadAsync(RunId run, CancellationToken cancellation) =>
        await FindAsync(run, cancellation)
        ?? throw new ActivityFailedException(
            new(
                FailureSide.Caller,
                FailureCode.NoOrder,
                $"no order of run {run} is stored: it has ended, or its start failed. Start a new one"
            )
        );

    public Task RemoveAsync(RunId run, CancellationToken cancellation) => control.DeleteAsync(PathOf(run), null, cancellation);

    /// <summary>The runs whose orders are stored.</summary>
    public async IAsyncEnumerable<RunId> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var path in control.ListAsync(ControlPaths.Orders, null, cancellation))
        {
            if (
                path.EndsWith(Ending, StringComparison.Ordinal)
                && RunId.TryParse(path[ControlPaths.Orders.Length..^Ending.Length], out var run)
            )
                yield return run;
        }
    }

    /// <summary>A start whose answer was lost may have happened: its order is needed then, and stays.</summary>
    private async Task TakeBackAsync(DurableTaskClient engine, RunId run)
    {
        try
        {
            if (await engine.GetInstanceAsync(run.ToString(), CancellationToken.None) is null)
                await RemoveAsync(run, CancellationToken.None);
        }
        catch (Exception unknown) when (unknown is not OutOfMemoryException)
        {
            // whether it runs is unknown: runs without a report are searched for later
        }
    }
}
