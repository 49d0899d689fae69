namespace Holdfast.Cli.Output;

/// <summary>Progress for logs: a line every five seconds at most.</summary>
internal sealed class ProgressLines(Screen screen, TimeProvider time) : ProgressDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly long started = time.GetTimestamp();
    private TimeSpan next = Interval;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override void Show(Step step)
    {
        lock (gate)
        {
            var elapsed = time.GetElapsedTime(started);
            if (elapsed < next)
                return;
            next = elapsed + Interval;
            screen.Note($"{step.Phase}{Amount(step)}{(step.Detail.Length == 0 ? "" : $", {step.Detail}")} ({Readable.Duration(elapsed)})");
        }
    }

    private static string Amount(Step step) =>
        step switch
        {
            { Noun.Length: 0 } => "",
            { Total: > 0 } => $": {Readable.Count(step.Done)} of {Readable.Count(step.Total)} {step.Noun}",
            _ => $": {Readable.Count(step.Done)} {step.Noun}",
        };
}
