using System.CommandLine;

namespace Holdfast.Cli.Completing;

/// <summary>
/// The words of an unfinished command line up to the cursor, read against the description of verbs and options: what is expected where the
/// last word is. Words may be wrong or missing.
/// </summary>
internal sealed class TypedWords
{
    private readonly List<Option> given = [];

    private TypedWords(RootCommand root) => Command = root;

    /// <summary>The innermost verb that is named.</summary>
    public Command Command { get; private set; }

    /// <summary>Whose value the last word is; null: it is no value of an option.</summary>
    public Option? Expected { get; private set; }

    /// <summary>The argument that the last word is, where it is neither an option nor a verb; null: none is expected.</summary>
    public Argument? Argument =>
        Command.Arguments.Count == 0 ? null
        : Positional.Count < Command.Arguments.Count ? Command.Arguments[Positional.Count]
        : Command.Arguments[^1].Arity.MaximumNumberOfValues > 1 ? Command.Arguments[^1]
        : null;

    /// <summary>Arguments before the last word.</summary>
    public List<string> Positional { get; } = [];

    /// <summary>The last word, as far as it is typed; behind <c>--option=</c> the value.</summary>
    public string Prefix { get; private set; } = "";

    /// <summary>What stands before <see cref="Prefix"/> in the word that the shell replaces: <c>--option=</c>, or nothing.</summary>
    public string Before { get; private set; } = "";

    /// <summary>Options that may follow: those of the verb and of all verbs, without those that are there and can't be repeated.</summary>
    public IEnumerable<Option> Options =>
        Command
            .Options.Concat(Command.Parents.OfType<Command>().SelectMany(Parents).SelectMany(c => c.Options).Where(o => o.Recursive))
            .Where(o => !o.Hidden && (o.Arity.MaximumNumberOfValues > 1 || !given.Contains(o)));

    public static TypedWords Read(RootCommand root, IReadOnlyList<string> words)
    {
        var read = new TypedWords(root);
        // bash gives "--option=value" as three words.
        var whole = Joined(words);
        foreach (var word in whole.SkipLast(1))
            read.Take(word);
        read.TakeLast(whole.Count == 0 ? "" : whole[^1]);
        if (whole.Count != words.Count)
            read.Before = "";
        return read;
    }

    private static List<string> Joined(IReadOnlyList<string> words)
    {
        var whole = new List<string>();
        for (var i = 0; i < words.Count; i++)
            if (words[i] == "=" && whole is [.., var option] && option.StartsWith("--", StringComparison.Ordinal))
                whole[^1] = option + "=" + (i + 1 < words.Count ? words[++i] : "");
            else
                whole.Add(words[i]);
        return whole;
    }

    private static IEnumerable<Command> Parents(Command command) => command.Parents.OfType<Command>().SelectMany(Parents).Prepend(command);

    private void Take(string word)
    {
        if (Expected is not null)
            Expected = null;
        else if (word.StartsWith('-'))
            TakeOption(word);
        else if (Command.Subcommands.FirstOrDefault(c => c.Name == word) is { } verb)
            Command = verb;
        else
            Positional.Add(word);
    }

    private void TakeOption(string word)
    {
        var name = word.Split('=')[0];
        if (Options.FirstOrDefault(o => o.Name == name || o.Aliases.Contains(name)) is not { } option)
            return;
        given.Add(option);
        if (option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool) && !word.Contains('=', StringComparison.Ordinal))
            Expected = option;
    }

    private void TakeLast(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (Expected is null && word.StartsWith("--", StringComparison.Ordinal) && equals > 0)
        {
            Expected = Options.FirstOrDefault(o => o.Name == word[..equals]);
            (Before, Prefix) = (word[..(equals + 1)], word[(equals + 1)..]);
        }
        else
            Prefix = word;
    }
}
