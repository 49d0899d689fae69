using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Verbs;

/// <summary>What a service keeps, of both kinds: each is listed with what it has to do with the other.</summary>
internal sealed record KeptByService(
    ImmutableArray<KeptDocument<ClusterRegistration>> Clusters,
    ImmutableArray<KeptDocument<ProtectionPolicy>> Policies
);

/// <summary>Lists the control documents of one kind. Exit code 3: one of them has a problem.</summary>
internal abstract class ControlListVerb<TEntry> : Verb
{
    private readonly ControlOption control = new();

    protected ControlListVerb(string description)
        : base("list", description, "text", "json") => Add(control.Control);

    public override string Refused => "failed";

    protected abstract JsonTypeInfo<TEntry[]> Json { get; }

    /// <summary>Said where there is none.</summary>
    protected abstract string None { get; }
    protected abstract string[] Columns { get; }

    protected abstract IEnumerable<TEntry> Entries(KeptByService kept, Invocation invocation);

    protected abstract string[] Row(TEntry entry, Ink ink);

    /// <summary>Each with the entry's name.</summary>
    protected abstract IEnumerable<string> Problems(TEntry entry);

    public sealed override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var documents = new ControlDocuments(control.Open(invocation).Store);
        var kept = new KeptByService(
            await documents.AllClustersAsync(invocation.Cancellation),
            await documents.AllPoliciesAsync(invocation.Cancellation)
        );
        var entries = Entries(kept, invocation).ToArray();
        if (invocation.Json)
            invocation.Screen.Json(entries, Json);
        else if (entries.Length == 0)
            invocation.Screen.Note(None);
        else
            Print(invocation.Screen, entries);
        return entries.Any(entry => Problems(entry).Any()) ? ExitCode.Partial : ExitCode.Done;
    }

    private void Print(Screen screen, TEntry[] entries)
    {
        var table = new Table(Columns);
        foreach (var entry in entries)
            table.Add(Row(entry, screen.Ink));
        table.Print(screen);
        foreach (var problem in entries.SelectMany(Problems))
            screen.Warn(problem);
    }
}
