using Holdfast.Machine.Terminals;
using Spectre.Console;

namespace Holdfast.Cli.Output;

/// <summary>Progress on a terminal: Spectre's bar on stderr, shown once the work has taken a moment and cleared at its end.</summary>
internal sealed class ProgressBar : ProgressDisplay
{
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task shown;
    private volatile Box? latest;

    public ProgressBar(TimeProvider time) => shown = ShowAsync(time);

    public override async ValueTask DisposeAsync()
    {
        finished.TrySetResult();
        await shown;
    }

    protected override void Show(Step step) => latest = new(step);

    private async Task ShowAsync(TimeProvider time)
    {
        if (await EndsWithinAsync(Delay, time))
            return;
        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) });
        await console
            .Progress()
            .AutoClear(true)
            .Columns(
                new SpinnerColumn(),
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn()
            )
            .StartAsync(async context =>
            {
                var task = context.AddTask("starting");
                while (!await EndsWithinAsync(TimeSpan.FromMilliseconds(100), time))
                    Update(task);
            });
    }

    private void Update(ProgressTask task)
    {
        if (latest is not { Step: var step })
            return;
        task.Description = Markup.Escape(Printable.Of(Words(step)));
        task.IsIndeterminate = step.Total <= 0;
        task.MaxValue = Math.Max(1, step.Total);
        task.Value = Math.Min(step.Done, step.Total);
    }

    /// <summary>No noughts: before anything is counted, the phase alone.</summary>
    private static string Words(Step step) =>
        step switch
        {
            { Noun.Length: 0 } => $"{step.Phase} {step.Detail}".TrimEnd(),
            { Done: 0, Total: 0 } => step.Phase,
            _ => $"{step.Phase} {Readable.Count(step.Done)} {step.Noun} {step.Detail}".TrimEnd(),
        };

    private async Task<bool> EndsWithinAsync(TimeSpan delay, TimeProvider time)
    {
        await Task.WhenAny(finished.Task, Task.Delay(delay, time));
        return finished.Task.IsCompleted;
    }

    private sealed record Box(Step Step);
}
