using System.Text.Json;
using DurableTask.Core.Exceptions;
using Holdfast.Control;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// The orders of the runs that go on: <c>orders/RUN.json</c> of the control store, there before a run is started and until it has ended. An
/// order may be of any size (thousands of clusters, of namespaces), what an engine carries may not: orchestrations know their orders in
/// brief, and activities look here for the rest. Thread-safe.
/// </summary>
public sealed class RunOrders(IDocumentStore control, TimeProvider time)
{
    private const string Ending = ".json";

    public static string PathOf(RunId run) => $"{ControlPaths.Orders}{run}{Ending}";

    /// <summary>Keeps the order, and starts the run; where that fails and the engine knows no such run, nothing is left of it.</summary>
    /// <returns>False: the run was started before and is still running, and is left alone.</returns>
    public async Task<bool> StartAsync(DurableTaskClient engine, Func<DateTimeOffset, KeptOrder> make, CancellationToken cancellation)
    {
        var order = make(time.GetUtcNow());
        var (orchestrator, input) = order.Start;
        await KeepAsync(order, cancellation);
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

    internal Task KeepAsync(KeptOrder order, CancellationToken cancellation) =>
        control.PutAsync(PathOf(order.Run), JsonSerializer.SerializeToUtf8Bytes(order, HoldfastJson.Default.KeptOrder), cancellation);

    /// <returns>Null: none is kept of that run.</returns>
    /// <exception cref="ControlException">Malformed or NewerVersion: the document can't be used.</exception>
    public async Task<KeptOrder?> FindAsync(RunId run, CancellationToken cancellation) =>
        (await control.ReadAsync(PathOf(run), HoldfastJson.Default.KeptOrder, cancellation, order => FlawOf(order, run)))?.Document;

    private static string? FlawOf(KeptOrder order, RunId run) =>
        !order.IsOne ? "it doesn't order exactly one thing"
        : order.Run == run ? null
        : "it is of another run";

    /// <returns>Null: none is kept of that run, or it can't be used.</returns>
    public async Task<KeptOrder?> TryFindAsync(RunId run, CancellationToken cancellation)
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

    /// <exception cref="ActivityFailedException">None is kept of that run.</exception>
    /// <exception cref="ControlException">What is kept is no fleet's order.</exception>
    internal async Task<FleetOrder> FleetAsync(RunId run, CancellationToken cancellation) =>
        (await ReadAsync(run, cancellation)).Fleet ?? throw ControlReading.Refuse(control, PathOf(run), "it isn't the order of a fleet");

    /// <exception cref="ActivityFailedException">None is kept of that run: it has ended, or its start was taken back.</exception>
    internal async Task<KeptOrder> ReadAsync(RunId run, CancellationToken cancellation) =>
        await FindAsync(run, cancellation)
        ?? throw new ActivityFailedException(
            RunFailures.Run,
            "NoOrder",
            $"no order of run {run} is kept: it has ended, or its start was taken back. Start a new one",
            isTransient: false
        );

    public Task ForgetAsync(RunId run, CancellationToken cancellation) => control.DeleteAsync(PathOf(run), null, cancellation);

    /// <summary>The runs whose orders are kept.</summary>
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
                await ForgetAsync(run, CancellationToken.None);
        }
        catch (Exception unknown) when (unknown is not OutOfMemoryException)
        {
            // whether it runs is unknown: runs without a report are looked for later
        }
    }
}
