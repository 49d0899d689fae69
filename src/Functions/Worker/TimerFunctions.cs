using Holdfast.Functions.App;
using Holdfast.Functions.Scheduling;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Worker;

/// <summary>The app's timers, as the host fires them.</summary>
public sealed class TimerFunctions
{
    /// <summary>Every minute: which policies are due.</summary>
    [Function("Schedule")]
    public Task ScheduleAsync(
        [TimerTrigger("0 * * * * *")] TimerInfo timer,
        [DurableClient] DurableTaskClient engine,
        FunctionContext context
    ) => RunAsync(context, app => Timers.ScheduleAsync(app, engine, context.CancellationToken));

    /// <summary>Every five minutes: reports of runs that left none, and what isn't needed any more.</summary>
    [Function("Housekeeping")]
    public Task HousekeepingAsync(
        [TimerTrigger("30 */5 * * * *")] TimerInfo timer,
        [DurableClient] DurableTaskClient engine,
        FunctionContext context
    ) => RunAsync(context, app => Timers.HousekeepAsync(app, engine, context.CancellationToken));

    /// <summary>An app whose settings are wrong has said so at its start.</summary>
    private static Task RunAsync(FunctionContext context, Func<HoldfastApp, Task> timer)
    {
        var app = context.InstanceServices.GetRequiredService<HoldfastApp>();
        return app.Works ? timer(app) : Task.CompletedTask;
    }
}
