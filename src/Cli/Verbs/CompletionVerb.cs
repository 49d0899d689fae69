using System.CommandLine;
using System.Text;
using Holdfast.Cli.Completing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Verbs;

internal sealed class CompletionVerb : Verb
{
    private readonly Argument<string> shell = new("SHELL")
    {
        Description = $"The shell: {CompletionScript.Shells}",
        CompletionSources = { CompletionScript.AllShells },
    };

    public CompletionVerb()
        : base("completion", "Print a script by which a shell completes verbs, options, points, clusters and objects", "text", "json") =>
        Add(shell);

    public override bool IsConfigured => false;

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast completion bash > ~/.local/share/bash-completion/completions/holdfast", "For bash, with bash-completion"),
            new("holdfast completion zsh > ~/.zfunc/_holdfast", "For zsh, where ~/.zfunc is in fpath"),
            new("holdfast completion fish > ~/.config/fish/completions/holdfast.fish", "For fish"),
            new("holdfast completion pwsh >> $PROFILE", "For PowerShell"),
        ];

    public override Task<ExitCode> RunAsync(Invocation invocation)
    {
        var name = invocation.Get(shell)!;
        var script =
            CompletionScript.For(name) ?? throw new UsageException($"there is no completion for '{name}': use {CompletionScript.Shells}");
        if (invocation.Json)
            invocation.Screen.Json(new(name, script), OutputJson.Plain.CompletionDocument);
        else
            invocation.Screen.Export.Write(Encoding.UTF8.GetBytes(script));
        return Task.FromResult(ExitCode.Done);
    }
}
