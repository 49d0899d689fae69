using System.CommandLine;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Verbs;

internal sealed class ClustersShowVerb : Verb
{
    private readonly Argument<string> name = new("NAME") { Description = "The cluster's name" };
    private readonly ControlOption control = new();

    public ClustersShowVerb()
        : base("show", "Show a cluster's registration, what it needs, and the policies that cover it", "text", "json", "yaml")
    {
        Add(name);
        Add(control.Control);
    }

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast clusters show prod", "What is registered"),
            new("holdfast clusters show prod -o yaml", "To edit, and to apply again"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var store = control.Open(invocation).Store;
        var kept = await new ControlEdit<ClusterRegistration>(EditedKinds.Clusters, store, invocation).RequireAsync(invocation.Get(name)!);
        if (kept.Document is not { } registration)
            throw new FailedException(kept.Trouble);
        if (KeptText.TryPrint(invocation, registration.ToJson()))
            return ExitCode.Done;
        var policies = (await new ControlDocuments(store).AllPoliciesAsync(invocation.Cancellation)).Select(p => p.Document);
        PrintText(invocation.Screen, registration, [.. policies.OfType<ProtectionPolicy>()]);
        return ExitCode.Done;
    }

    private static void PrintText(Screen screen, ClusterRegistration registration, ProtectionPolicy[] policies)
    {
        screen.Line(
            $"{screen.Ink.Bold(registration.Name.ToString())}  {registration.Endpoint?.ToString() ?? "at the server of its kubeconfig"}"
        );
        screen.Line($"  signs in by {ClusterEntryDocument.SignInOf(registration)}");
        foreach (var need in RegistrationNeeds.Of(registration))
            screen.Line($"  needs {need}");
        foreach (var (key, value) in registration.Labels)
            screen.Line($"  label {key}={value}");
        if (registration.Azure is { } azure)
            screen.Line($"  is {azure.ResourceId}");
        var covering = ClustersListVerb.Covering(registration, policies).ToList();
        screen.Line(covering.Count > 0 ? $"  policies: {string.Join(", ", covering)}" : $"  {screen.Ink.Yellow("no policy covers it")}");
    }
}
