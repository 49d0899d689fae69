using System.CommandLine;
using System.Text;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Manuals;

namespace Holdfast.Cli.Verbs;

/// <summary>Writes the pages for <c>man</c>, for what is published.</summary>
internal sealed class ManVerb : Verb
{
    public const string VerbName = "man";

    private readonly Option<string> folder = new("--out")
    {
        HelpName = "DIR",
        Description = "Where the pages are written; the folder is made if it is missing",
        Required = true,
    };

    public ManVerb()
        : base(VerbName, "Write the manual's pages for man", "text")
    {
        Hidden = true;
        Add(folder);
    }

    public override bool IsConfigured => false;

    public override IReadOnlyList<Example> Examples => [new("holdfast man --out share/man/man1", "Before packing")];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var into = Directory.CreateDirectory(invocation.Get(folder)!);
        var count = 0;
        foreach (var (file, text) in ManualPages.Of(Parents.OfType<RootCommand>().Single(), VersionVerb.Version))
        {
            await File.WriteAllTextAsync(Path.Combine(into.FullName, file), text, new UTF8Encoding(false), invocation.Cancellation);
            count++;
        }
        invocation.Screen.Line($"{count} pages in {into.FullName}");
        return ExitCode.Done;
    }
}
