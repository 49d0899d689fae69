using System.CommandLine.Help;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli;

internal static class Program
{
    /// <summary>What a person types to run this: the launcher tells when it isn't just <c>holdfast</c>.</summary>
    public static string CommandName { get; } =
        Environment.GetEnvironmentVariable("HOLDFAST_COMMAND") is { Length: > 0 } launcher ? launcher : "holdfast";

    private static async Task<int> Main(string[] arguments)
    {
        using var screen = new Screen();
        return (int)await RunAsync(arguments, screen);
    }

    private static async Task<ExitCode> RunAsync(string[] arguments, Screen screen)
    {
        var line = CommandLine.For(arguments);
        var parsed = line.Root.Parse(arguments);
        if (
            arguments.Length == 0
            || parsed.Errors.Count > 0
            || parsed.CommandResult.Command is not Verb verb
            || parsed.Action is HelpAction
        )
            return Explanation.Give(line, parsed, arguments, screen);
        screen.Quiet = parsed.GetValue(line.Common.Quiet);
        using var interruption = new Interruption();
        var invocation = new Invocation(parsed, line.Common, verb, screen, TimeProvider.System, interruption.Token);
        return await RunAsync(verb, invocation, interruption);
    }

    private static async Task<ExitCode> RunAsync(Verb verb, Invocation invocation, Interruption interruption)
    {
        try
        {
            if (!verb.Formats.Contains(invocation.Format))
                throw new UsageException($"-o {invocation.Format} is not known here: use {string.Join(", ", verb.Formats)}");
            return await verb.RunAsync(invocation);
        }
        catch (OperationCanceledException) when (interruption.Requested)
        {
            return Failures.Tell(
                new("cancelled", ExitCode.Cancelled, $"stopped: {invocation.WhenCancelled}"),
                invocation.Screen,
                invocation.Json
            );
        }
#pragma warning disable CA1031 // The last line of defence: every exception becomes a message and an exit code.
        catch (Exception exception)
        {
            var failure = Failures.Of(exception);
            return Failures.Tell(
                invocation.GoOn is null ? failure : failure with { Next = invocation.GoOn },
                invocation.Screen,
                invocation.Json
            );
        }
#pragma warning restore CA1031
    }
}
