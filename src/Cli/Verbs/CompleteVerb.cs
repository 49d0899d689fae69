using System.CommandLine;
using System.Text;
using Holdfast.Cli.Completing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

/// <summary>
/// What the scripts of <c>completion</c> call at each press of the key: prints what may stand where the last word is, one a line. It is
/// silent about errors, and gives up after a second unless the environment says otherwise.
/// </summary>
internal sealed class CompleteVerb : Verb
{
    public const string VerbName = "complete";

    private readonly Argument<string[]> words = new("WORDS") { Arity = ArgumentArity.ZeroOrMore };

    public CompleteVerb()
        : base(VerbName, "Print what may stand where the last of the words is", "text")
    {
        Hidden = true;
        Add(words);
    }

    public override bool IsConfigured => false;

    public override IReadOnlyList<Example> Examples => [new("holdfast complete -- points --cl", "What --cl may become")];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var given = invocation.Get(words) ?? [];
        var typed = TypedWords.Read(Parents.OfType<RootCommand>().Single(), given);
        var candidates = Candidates.Of(typed) ?? await StoredAsync(invocation, typed, given);
        foreach (var candidate in candidates)
            if (candidate.IsDirective || candidate.Value.StartsWith(typed.Prefix, StringComparison.Ordinal))
                Print(invocation, candidate.IsDirective ? candidate : candidate with { Value = typed.Before + candidate.Value });
        return ExitCode.Done;
    }

    private static async Task<IEnumerable<Candidate>> StoredAsync(Invocation invocation, TypedWords typed, string[] given)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(invocation.Cancellation);
        limit.CancelAfter(LookupLimit.Of("HOLDFAST_COMPLETION_SECONDS", 1));
        try
        {
            var unfinished = invocation.OfWords([.. given.SkipLast(1)], limit.Token);
            // Some of what is opened blocks its thread.
            return await Task.Run(
                    () =>
                    {
                        unfinished.Configure();
                        return new StoredCandidates(unfinished, typed).FindAsync();
                    },
                    limit.Token
                )
                .WaitAsync(limit.Token);
        }
#pragma warning disable CA1031 // An error would be printed into the prompt of a user who is typing: without candidates nothing is offered.
        catch (Exception)
        {
            return [];
        }
#pragma warning restore CA1031
    }

    private static void Print(Invocation invocation, Candidate candidate)
    {
        if (candidate.Line is { } line)
            invocation.Screen.Export.Write(Encoding.UTF8.GetBytes(line + '\n'));
    }
}
