using Holdfast.Protection.Restore;

namespace Holdfast.Cli.Output;

/// <summary>A plan as a person reads it: what changes, field by field, then what doesn't, in numbers.</summary>
internal static class PlanText
{
    private const int LongestValue = 120;
    private const int MostFields = 40;

    /// <param name="line">Takes one line.</param>
    /// <param name="all">Also the steps that change nothing.</param>
    public static void Print(RestorePlan plan, Ink ink, Action<string> line, bool all)
    {
        line($"{ink.Bold($"plan {plan.Run}")}: point {plan.Request.Point} of {plan.Request.Cluster} into {Target(plan)}");
        foreach (var step in plan.Steps)
        {
            if (all || IsChange(step.Action))
                Print(step, ink, line);
        }
        if (!all)
            PrintReasons(plan, ink, line);
        foreach (var warning in plan.Warnings)
            line($"{ink.Yellow("warning:")} {warning}");
        line(Summary(plan, ink));
    }

    /// <summary><c>12 to create, 1 to replace, 40 unchanged, 3 skipped</c>.</summary>
    public static string Summary(RestorePlan plan, Ink ink) => string.Join(", ", plan.Steps
        .GroupBy(s => s.Action)
        .OrderBy(g => g.Key)
        .Select(g => Paint(ink, g.Key, $"{Readable.Count(g.Count())} {Words(g.Key)}"))
        .DefaultIfEmpty("nothing selected"));

    public static bool IsChange(StepAction action) => action is not (StepAction.Unchanged or StepAction.Skip);

    public static void Print(FieldDiff field, Ink ink, Action<string> line)
    {
        var stays = field.Stays ? ink.Dim("  (stays)") : "";
        line((field.Live, field.Desired) switch
        {
            (null, { } desired) => $"      {ink.Green("+")} {field.Path}: {ink.Green(Short(desired))}{stays}",
            ({ } live, null) => $"      {ink.Red("-")} {field.Path}: {ink.Red(Short(live))}{stays}",
            var (live, desired) => $"      {ink.Yellow("~")} {field.Path}: {ink.Red(Short(live ?? ""))} -> {ink.Green(Short(desired ?? ""))}{stays}",
        });
    }

    private static void Print(RestoreStep step, Ink ink, Action<string> line)
    {
        var where = step.Namespace is null ? "" : $" in {step.Namespace}";
        line($"  {Paint(ink, step.Action, Word(step.Action).PadRight(9))} {step.Resource}/{ink.Bold(step.Name)}{where}  {ink.Dim(step.Reason)}");
        foreach (var field in step.Diff.Take(MostFields))
            Print(field, ink, line);
        if (step.Diff.Length > MostFields)
            line($"      ... and {step.Diff.Length - MostFields} more fields (-o json lists them)");
    }

    private static void PrintReasons(RestorePlan plan, Ink ink, Action<string> line)
    {
        foreach (var group in plan.Steps.Where(s => !IsChange(s.Action)).GroupBy(s => (s.Action, s.Reason)).OrderByDescending(g => g.Count()))
            line(ink.Dim($"  {Word(group.Key.Action),-9} {Readable.Count(group.Count(), "object")}: {group.Key.Reason}"));
    }

    private static string Target(RestorePlan plan) =>
        plan.TargetUid == plan.SourceUid ? $"the same cluster ({plan.TargetServer})" : $"another cluster, {plan.TargetUid} ({plan.TargetServer})";

    private static string Short(string json) => json.Length <= LongestValue ? json : $"{json[..LongestValue]}... ({json.Length} characters)";

    private static string Word(StepAction action) => action.ToString().ToLowerInvariant();

    private static string Words(StepAction action) => action switch
    {
        StepAction.Unchanged => "unchanged",
        StepAction.Skip => "skipped",
        _ => $"to {Word(action)}",
    };

    private static string Paint(Ink ink, StepAction action, string text) => action switch
    {
        StepAction.Create => ink.Green(text),
        StepAction.Update or StepAction.Replace => ink.Yellow(text),
        StepAction.Delete => ink.Red(text),
        _ => ink.Dim(text),
    };
}
