using System.CommandLine;

namespace Holdfast.Cli.Verbs;

/// <summary>A point on the command line, described in the same words everywhere.</summary>
internal static class PointArgument
{
    private const string Words = "A point's id, its beginning, its last six digits, or `latest`";

    public static Argument<string> Required() => new("POINT") { Description = Words };

    public static Argument<string?> Optional(string otherwise) =>
        new("POINT") { Arity = ArgumentArity.ZeroOrOne, Description = $"{Words}. {otherwise}" };
}
