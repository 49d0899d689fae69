using System.CommandLine;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

/// <summary>A verb by which points expire: which stay is said in the same options.</summary>
internal abstract class ExpiringVerb : Verb
{
    private readonly KeepOptions keep = new();
    private readonly Option<bool> dryRun;

    protected ExpiringVerb(string name, string description, string dryRun)
        : base(name, description, "text", "json")
    {
        this.dryRun = new("--dry-run") { Description = dryRun };
        AddAll([.. keep.All, this.dryRun]);
    }

    public override string Refused => "vault";

    /// <summary>What is done, and what with <c>--dry-run</c>.</summary>
    protected abstract (PruneRun.Step Done, PruneRun.Step Shown) Steps { get; }

    public override Task<ExitCode> RunAsync(Invocation invocation) =>
        PruneRun.RunAsync(invocation, keep, invocation.Get(dryRun) ? Steps.Shown : Steps.Done);
}
