namespace Holdfast.Cli.Output;

/// <param name="Total">0: unknown.</param>
/// <param name="Detail">What else is worth a word: bytes, failures.</param>
internal readonly record struct Step(string Phase, long Done, long Total, string Noun, string Detail);

/// <summary>
/// The progress of long work, on stderr: a bar on a terminal, plain lines elsewhere, nothing when quiet. Ends when disposed, and leaves no
/// trace on a terminal.
/// </summary>
internal abstract class ProgressDisplay : IAsyncDisposable
{
    /// <summary>Work that takes less shows nothing.</summary>
    protected static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(400);

    public static ProgressDisplay Start(Screen screen) =>
        screen.Quiet ? new SilentProgress()
        : screen.ErrorIsTerminal ? StartBar()
        : new ProgressLines(screen, TimeProvider.System);

    /// <summary>Takes reports of one kind of work, from any thread.</summary>
    public IProgress<T> For<T>(Func<T, Step> step) => new Receiver<T>(this, step);

    public abstract ValueTask DisposeAsync();

    protected abstract void Show(Step step);

    private static ProgressBar StartBar() => new(TimeProvider.System);

    private sealed class Receiver<T>(ProgressDisplay display, Func<T, Step> step) : IProgress<T>
    {
        public void Report(T value) => display.Show(step(value));
    }

    private sealed class SilentProgress : ProgressDisplay
    {
        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override void Show(Step step) { }
    }
}
