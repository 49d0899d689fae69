using System.CommandLine;
using Holdfast.Cli.Errors;

namespace Holdfast.Cli.Invoking;

/// <param name="Line">As typed, without the prompt.</param>
internal sealed record Example(string Line, string What);

/// <summary>
/// One verb: its options, its examples, what it does. One file a verb. Making one must stay cheap: the verb that was asked for is made at
/// every start.
/// </summary>
internal abstract class Verb : Command
{
    /// <param name="formats">What <c>-o</c> takes; the first is the default.</param>
    protected Verb(string name, string description, params string[] formats)
        : base(name, description)
    {
        Formats = formats;
        Format = new("--output", "-o")
        {
            HelpName = string.Join('|', formats),
            Description = $"How to print the result. Default: {formats[0]}",
            CompletionSources = { formats },
        };
        Add(Format);
    }

    public IReadOnlyList<string> Formats { get; }

    public Option<string?> Format { get; }

    public abstract IReadOnlyList<Example> Examples { get; }

    /// <summary>The kind of error (docs/cli.md, "Errors") when what the verb was asked for can't be done.</summary>
    public virtual string Refused => "restore";

    /// <summary>It uses the configuration file, and fails if that can't be read.</summary>
    public virtual bool IsConfigured => true;

    protected void AddAll(IEnumerable<Option> options)
    {
        foreach (var option in options)
            Add(option);
    }

    /// <summary>Does it. Faults are thrown, and become a <see cref="CommandError"/>; expected results are the exit code.</summary>
    public abstract Task<ExitCode> RunAsync(Invocation invocation);
}
