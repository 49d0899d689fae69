using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Cli.Verbs;

internal sealed class ClustersRemoveVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The cluster's name" };
    private readonly ControlOption control = new();
    private readonly Option<bool> force = new("--force") { Description = "Although policies name it, or runs work on it" };

    public ClustersRemoveVerb()
        : base("remove", "Remove a cluster's registration; its points stay", "text", "json")
    {
        Add(name);
        AddAll([control.Control, force]);
    }

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast clusters remove prod-old", "It isn't captured any more; what was captured can be restored"),
            new("holdfast clusters remove prod-old --force", "Although a policy names it, whose runs fail for it from now on"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var store = control.Open(invocation).Store;
        var edit = new ControlEdit<ClusterRegistration>(EditedKinds.Clusters, store, invocation);
        var kept = await edit.RequireAsync(invocation.Get(name)!);
        if (!invocation.Get(force) && await UsesAsync(invocation, store, kept.Name) is { Count: > 0 } uses)
            throw new FailedException($"'{kept.Name}' is in use: {string.Join("; ", uses)}. --force removes it all the same");
        await edit.DeleteAsync(kept);
        var notes = new[] { "its points stay, and can be restored, verified and expired as before", "roles in the cluster stay" };
        if (invocation.Json)
            invocation.Screen.Json(new(kept.Name, "removed", notes), OutputJson.Plain.EditDocument);
        else
            Screen.Lines($"cluster {kept.Name} removed: {string.Join("; ", notes)}", text => invocation.Screen.Line(text));
        return ExitCode.Done;
    }

    /// <summary>What would miss the registration.</summary>
    private static async Task<List<string>> UsesAsync(Invocation invocation, IDocumentStore store, string name)
    {
        var uses = (await new ControlDocuments(store).AllPoliciesAsync(invocation.Cancellation))
            .Where(kept => kept.Document is { } policy && Names(policy).Contains(name, StringComparer.Ordinal))
            .Select(kept => $"the policy {kept.Name} names it")
            .ToList();
        var orders = new RunOrders(store, invocation.Time);
        await foreach (var run in orders.ListAsync(invocation.Cancellation))
        {
            if (await orders.TryFindAsync(run, invocation.Cancellation) is { } order && Clusters(order).Contains(ClusterName.Parse(name)))
                uses.Add($"the run {run} works on it");
        }
        return uses;
    }

    private static IEnumerable<string> Names(ProtectionPolicy policy) => policy.Clusters.Names ?? [];

    private static IEnumerable<ClusterName> Clusters(StoredOrder order) =>
        order switch
        {
            { Capture: { } capture } => [capture.Cluster],
            { Fleet: { } fleet } => fleet.Clusters,
            { Plan: { } plan } => [plan.Target],
            { Restore: { } restore } => [restore.Target],
            _ => [],
        };
}
