using Holdfast.Restore;
using Holdfast.Restore.Estimates;

namespace Holdfast.Cli.Output;

/// <summary>
/// A plan as a person reads it: a summary, then every object that doesn't come back as it was, then what is done, namespace by
/// namespace, then what stays as it is, and last what else to know.
/// </summary>
internal sealed class PlanText
{
    private const int MostFields = 40;
    private const int MostNames = 20;

    private readonly RestorePlan plan;
    private readonly Ink ink;
    private readonly Action<string> line;
    private readonly bool all;

    private PlanText(RestorePlan plan, Ink ink, Action<string> line, bool all) =>
        (this.plan, this.ink, this.line, this.all) = (plan, ink, line, all);

    /// <param name="line">Takes one line.</param>
    /// <param name="all">Names and differences also of what changes nothing, and no list cut short.</param>
    public static void Print(RestorePlan plan, Ink ink, Action<string> line, bool all) => new PlanText(plan, ink, line, all).Print();

    /// <summary><c>12 to create, 1 to replace, 40 unchanged, 3 skipped; 2 incomplete</c>.</summary>
    public static string Summary(RestorePlan plan, Ink ink)
    {
        var counts = Counts(plan.Steps, ink);
        var incomplete = plan.Steps.Count(s => s.Incomplete);
        var flaws = incomplete == 0 ? "" : $"; {ink.Red($"{Readable.Count(incomplete)} incomplete")}";
        return $"{(counts.Length == 0 ? "nothing selected" : counts)}{flaws}";
    }

    public static bool IsChange(StepAction action) => action is not (StepAction.Unchanged or StepAction.Skip);

    private void Print()
    {
        line($"{ink.Bold($"plan {plan.Name}")}: point {plan.Request.Point} of {plan.Request.Cluster} into {Target()}");
        line(Summary(plan, ink));
        if ((plan.Request.Existing is ExistingPolicy.Rollback or ExistingPolicy.Recreate) && plan.Steps.Any(s => IsChange(s.Action)))
            line("a safety point of the target is taken first");
        IsolationText.Print(plan, ink, line);
        PrintEstimate();
        PrintIncomplete();
        foreach (var scope in plan.Steps.Where(IsShown).GroupBy(s => s.Namespace).OrderBy(g => g.Key, StringComparer.Ordinal))
            PrintScope(scope.Key, [.. scope]);
        PrintRest();
        VolumeText.Print(plan, ink, line, all);
        ExternalText.Print(plan, ink, line, all);
        HookText.Print(plan, ink, line, all);
        foreach (var warning in plan.Warnings)
            line($"{ink.Yellow("warning:")} {warning}");
    }

    private void PrintEstimate()
    {
        var estimate = PlanEstimates.Of(plan);
        if (estimate.Writes == 0)
            return;
        var least = Readable.Duration(TimeSpan.FromSeconds(estimate.LeastSeconds));
        var most = Readable.Duration(TimeSpan.FromSeconds(estimate.MostSeconds));
        line(ink.Dim($"takes about {least} to {most} to write, without {string.Join(", ", estimate.NotIncluded)}"));
    }

    /// <summary>Every one by its name, those of one reason together.</summary>
    private void PrintIncomplete()
    {
        foreach (var reason in plan.Steps.Where(s => s.Incomplete).GroupBy(s => s.Shortfall ?? s.Reason))
        {
            line($"{ink.Red("incomplete:")} {reason.Key}");
            foreach (var objects in reason.GroupBy(s => (s.Resource, s.Namespace)))
            {
                line($"  {objects.Key.Resource}{In(objects.Key.Namespace)}: {string.Join(", ", objects.Select(s => ink.Bold(s.Name)))}");
                foreach (var step in objects.Where(s => !IsChange(s.Action)))
                    PrintFields(step);
            }
        }
    }

    private string Captured(string? ns) =>
        plan.Request.NamespaceMapping?.FirstOrDefault(m => m.Value == ns).Key is { } captured && captured != ns
            ? $", captured as {captured}"
            : "";

    /// <summary>Of its own in a scope's list: not what is incomplete without being written, which has been said.</summary>
    private bool IsShown(RestoreStep step) =>
        IsChange(step.Action) || (!step.Incomplete && (all || step is { Action: StepAction.Skip, Diff.Length: > 0 }));

    private void PrintScope(string? ns, List<RestoreStep> steps)
    {
        line("");
        line($"{ink.Bold(ns ?? "cluster scope")}{Captured(ns)}: {Counts(steps, ink)}");
        foreach (var created in steps.Where(s => s.Action == StepAction.Create).GroupBy(s => s.Reason))
        {
            line($"  {Paint(StepAction.Create, "create")}  {ink.Dim(created.Key)}");
            PrintNames(created);
        }
        foreach (var step in steps.Where(s => s.Action != StepAction.Create && (IsChange(s.Action) || all)))
            PrintStep(step);
        foreach (var left in steps.Where(s => !IsChange(s.Action) && !all).GroupBy(s => s.Reason))
        {
            line($"  {Paint(StepAction.Skip, "skip")}  {ink.Dim(left.Key)} {ink.Dim("(--all shows the differences)")}");
            PrintNames(left);
        }
    }

    private void PrintNames(IEnumerable<RestoreStep> steps)
    {
        foreach (var type in steps.GroupBy(s => s.Resource))
        {
            var names = type.Select(s => ink.Bold(s.Name)).ToList();
            var shown = all ? names : names.Take(MostNames);
            var more = all || names.Count <= MostNames ? "" : $" and {Readable.Count(names.Count - MostNames)} more (--all)";
            line($"    {type.Key}: {string.Join(", ", shown)}{more}");
        }
    }

    private void PrintStep(RestoreStep step)
    {
        line($"  {Paint(step.Action, Word(step.Action).PadRight(9))} {step.Resource}/{ink.Bold(step.Name)}  {ink.Dim(step.Reason)}");
        PrintFields(step);
    }

    private void PrintFields(RestoreStep step)
    {
        foreach (var field in step.Diff.Take(MostFields))
            FieldText.Print(field, ink, line);
        if (step.Diff.Length > MostFields)
            line($"      ... and {step.Diff.Length - MostFields} more fields (-o json lists them)");
    }

    /// <summary>What stays as it is, in numbers; by name where the target doesn't have it.</summary>
    private void PrintRest()
    {
        var rest = plan
            .Steps.Where(s => !IsShown(s) && !s.Incomplete)
            .GroupBy(s => (s.Action, s.Reason, Absent: s.Absent == true))
            .OrderByDescending(g => g.Count())
            .ToList();
        if (rest.Count > 0)
            line("");
        foreach (var group in rest)
        {
            var missing = group.Key.Absent ? " (missing in the target)" : "";
            line(ink.Dim($"{Word(group.Key.Action), -9} {Readable.Count(group.Count(), "object")}{missing}: {group.Key.Reason}"));
            if (group.Key.Absent)
                foreach (var objects in group.GroupBy(s => (s.Resource, s.Namespace)))
                    line(ink.Dim($"  {objects.Key.Resource}{In(objects.Key.Namespace)}: {string.Join(", ", objects.Select(s => s.Name))}"));
        }
    }

    private string Target() =>
        plan.TargetUid == plan.SourceUid
            ? $"the same cluster ({plan.TargetServer})"
            : $"another cluster, {plan.TargetUid} ({plan.TargetServer})";

    private static string Counts(IEnumerable<RestoreStep> steps, Ink ink) =>
        string.Join(
            ", ",
            steps.GroupBy(s => s.Action).OrderBy(g => g.Key).Select(g => Paint(ink, g.Key, $"{Readable.Count(g.Count())} {Words(g.Key)}"))
        );

    private static string In(string? ns) => ns is null ? "" : $" in {ns}";

    private static string Word(StepAction action) => action.ToString().ToLowerInvariant();

    private static string Words(StepAction action) =>
        action switch
        {
            StepAction.Unchanged => "unchanged",
            StepAction.Skip => "skipped",
            _ => $"to {Word(action)}",
        };

    private string Paint(StepAction action, string text) => Paint(ink, action, text);

    private static string Paint(Ink ink, StepAction action, string text) =>
        action switch
        {
            StepAction.Create => ink.Green(text),
            StepAction.Update or StepAction.Replace => ink.Yellow(text),
            StepAction.Delete or StepAction.Recreate => ink.Red(text),
            _ => ink.Dim(text),
        };
}
