using Holdfast.Cli.Editing;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Verbs;

internal sealed class ClustersShowVerb()
    : ControlShowVerb<ClusterRegistration>(
        EditedKinds.Clusters,
        "Show a cluster's registration, what it needs, and the policies that cover it"
    )
{
    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast clusters show prod", "What is registered"),
            new("holdfast clusters show prod -o yaml", "To edit, and to apply again"),
        ];

    protected override async Task PrintAsync(ClusterRegistration document, ControlDocuments documents, Invocation invocation)
    {
        var policies = (await documents.AllPoliciesAsync(invocation.Cancellation)).Select(p => p.Document);
        PrintText(invocation.Screen, document, [.. policies.OfType<ProtectionPolicy>()]);
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
