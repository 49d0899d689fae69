using System.CommandLine;
using System.CommandLine.Completions;
using Holdfast.Machine.Terminals;

namespace Holdfast.Cli.Completing;

/// <summary>What may stand where the last of the typed words is, as far as the description of verbs and options says it.</summary>
internal static class Candidates
{
    private const int LongestDescription = 72;

    /// <returns>Null: it is a value that a vault, a kubeconfig or a file has.</returns>
    public static IEnumerable<Candidate>? Of(TypedWords typed)
    {
        if (typed.Expected is { } option)
            return Values(option, option.HelpName);
        if (typed.Prefix.StartsWith('-'))
            return typed.Options.Select(o => new Candidate(o.Name, Short(o.Description)));
        if (typed.Command.Subcommands.Count > 0 && typed.Positional.Count == 0)
            return typed.Command.Subcommands.Where(c => !c.Hidden).Select(c => new Candidate(c.Name, Short(c.Description)));
        return typed.Argument is { } argument ? Values(argument, argument.Name) : [];
    }

    /// <param name="form">What help calls the value.</param>
    private static IEnumerable<Candidate>? Values(Symbol symbol, string? form)
    {
        var sources = symbol is Option option ? option.CompletionSources : ((Argument)symbol).CompletionSources;
        Candidate[] fixedValues = [.. sources.SelectMany(s => s(CompletionContext.Empty)).Select(i => new Candidate(i.Label))];
        return fixedValues.Length > 0 ? fixedValues
            : form is "FILE" ? [Candidate.Files]
            : form is "DIR" or "WHERE" or "CONTROL" ? [Candidate.Folders]
            : null;
    }

    /// <summary>The first sentence, cut where it is too long for a line of a list.</summary>
    private static string? Short(string? description) =>
        description is null ? null : CutText.To(LongestDescription, description.Split(". ")[0], "...");
}
