using System.CommandLine;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Documents;
using Holdfast.Manifests;
using Holdfast.Restore.Comparing;
using Holdfast.Restore.Selection;

namespace Holdfast.Cli.Verbs;

internal sealed class TransformTestVerb : Verb
{
    private readonly Argument<string> point = PointArgument.Required();
    private readonly Argument<string> file = new("FILE") { Description = "The transforms, YAML or JSON; or Velero's resource modifiers" };
    private readonly SelectionOptions options = new();
    private readonly TrustOptions trust = new();

    public TransformTestVerb()
        : base("test", "Show what transforms would change in the manifests of a point; no cluster is asked", "text", "json")
    {
        Add(point);
        Add(file);
        AddAll(options.All.Concat(trust.All));
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast transform test latest staging.yaml -n shop", "What would be changed in a namespace"),
            new("holdfast transform test latest staging.yaml -o json | jq -r '.changes[].name'", "For a script"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var transforms = TransformFile.Read(invocation.Get(file)!);
        var (_, reader) = await PointChoice.OpenAsync(invocation, invocation.OpenVault(), invocation.Get(point)!, trust.Trust(invocation));
        var trial = new TransformTrial(new PointManifests(reader), options.Selection(invocation), transforms, new SecretDigests());
        var changes = new List<ObjectChange>();
        await foreach (var change in trial.ChangesAsync(invocation.Cancellation))
            changes.Add(change);
        Print(invocation, changes, trial.Notes);
        return ExitCode.Done;
    }

    private static void Print(Invocation invocation, List<ObjectChange> changes, IReadOnlyList<string> notes)
    {
        if (invocation.Json)
        {
            invocation.Screen.Json(
                new TransformedDocument { Changes = changes.Select(ChangeDocument.Of), Notes = notes },
                OutputJson.Plain.TransformedDocument
            );
            return;
        }
        var screen = invocation.Screen;
        foreach (var change in changes)
            ChangeText.Print(change, screen.Ink, text => screen.Line(text));
        foreach (var note in notes)
            screen.Note($"note: {note}");
        screen.Line(changes.Count == 0 ? screen.Ink.Yellow("nothing would be changed") : ChangeText.Summary(changes, screen.Ink));
    }
}
