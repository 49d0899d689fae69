using System.CommandLine.Help;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli;

internal static class Program
{
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
        using var interruption = new Interruption();
        var invocation = new Invocation(parsed, line.Common, verb, screen, TimeProvider.System, interruption.Token);
        return await RunAsync(verb, invocation, interruption);
    }

    private static async Task<ExitCode> RunAsync(Verb verb, Invocation invocation, Interruption interruption)
    {
        try
        {
            if (verb.IsConfigured)
                invocation.Configure();
            if (!verb.Formats.Contains(invocation.Format))
                throw new UsageException($"-o {invocation.Format} is not known here: use {string.Join(", ", verb.Formats)}");
            return await verb.RunAsync(invocation);
        }
        catch (OperationCanceledException) when (interruption.Requested)
        {
            var stopped = new CommandError("cancelled", ExitCode.Cancelled, $"stopped: {invocation.WhenCancelled}");
            return stopped.Print(invocation.Screen, invocation.Json);
        }
#pragma warning disable CA1031 // The last line of defence: every exception becomes a message and an exit code.
        catch (Exception exception)
        {
            var error = CommandError.Of(exception, verb.Refused);
            return (invocation.Resuming is null ? error : error with { Next = invocation.Resuming }).Print(
                invocation.Screen,
                invocation.Json
            );
        }
#pragma warning restore CA1031
    }
}
