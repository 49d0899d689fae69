using Holdfast.Restore;

namespace Holdfast.Cli.Output;

/// <summary>What becomes of resources outside the cluster that a plan's objects stand for, as a person reads it.</summary>
internal static class ExternalText
{
    private const int MostSteps = 20;

    public static void Print(RestorePlan plan, Ink ink, Action<string> line, bool all)
    {
        var steps = plan.Steps.Where(s => s.External is { Choice: not ExternalChoice.Live }).ToList();
        if (steps.Count == 0)
            return;
        line("");
        line(ink.Bold("resources outside the cluster:"));
        foreach (var step in steps.Take(all ? int.MaxValue : MostSteps))
            line($"  {step.Resource} {(step.Namespace is null ? "" : step.Namespace + "/")}{ink.Bold(step.Name)}: {Words(step.External!)}");
        if (!all && steps.Count > MostSteps)
            line($"  and {Readable.Count(steps.Count - MostSteps)} more (--all)");
    }

    private static string Words(StepExternal external) =>
        external.Choice switch
        {
            ExternalChoice.Attach => $"attached again to {external.Id} by {external.Operator}",
            ExternalChoice.Pause => $"paused, so that {external.Operator} changes nothing of {external.Id}",
            _ => $"left out, since {external.Id} is another's",
        };
}
