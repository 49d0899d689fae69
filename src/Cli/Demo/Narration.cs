using Holdfast.Cli.Output;
using Spectre.Console;

namespace Holdfast.Cli.Demo;

/// <summary>Prints what the demo does while it does it: with a spinner and rules on a terminal, in plain lines elsewhere.</summary>
internal sealed class Narration(Screen screen, Action<string> line, bool onTerminal)
{
    private readonly Ink ink = onTerminal ? screen.Ink : new(enabled: false);

    public Ink Ink => ink;

    public void Line(string text = "") => line(text);

    public void Chapter(string title)
    {
        Line();
        if (onTerminal)
            Rule(title);
        else
            Line($"== {title}");
    }

    /// <summary>Does something that takes a moment, and then prints what came of it.</summary>
    public async Task<T> DoAsync<T>(string doing, Func<Task<T>> work, Func<T, string> done)
    {
        screen.Flush();
        var result = onTerminal ? await SpinAsync(doing, work) : await work();
        Line($"{ink.Green(onTerminal ? "\u2713" : "*")} {done(result)}");
        return result;
    }

    public Task DoAsync(string doing, Func<Task> work, string done) =>
        DoAsync(
            doing,
            async () =>
            {
                await work();
                return done;
            },
            text => text
        );

    private void Rule(string title)
    {
        screen.Flush();
        AnsiConsole.Write(new Rule($"[bold]{Markup.Escape(title)}[/]") { Justification = Justify.Left, Style = Style.Parse("grey") });
    }

    private static Task<T> SpinAsync<T>(string doing, Func<Task<T>> work) =>
        AnsiConsole.Status().StartAsync(Markup.Escape(doing), _ => work());
}
