using Holdfast.Restore.Recovery;

namespace Holdfast.Cli.Output;

/// <summary>The plan of a recovery as a person reads it: group by group, each restore's plan whole.</summary>
internal static class RecoveryText
{
    /// <param name="all">As for <see cref="PlanText.Print"/>.</param>
    public static void Print(RecoveryPlan plan, Ink ink, Action<string> line, bool all)
    {
        line(
            $"{ink.Bold($"{(plan.Drill == true ? "drill" : "recovery")} {plan.Name}")}: "
                + $"{Readable.Count(plan.Groups.Length, "group")}, digest {plan.Digest}"
        );
        foreach (var (number, group) in plan.Groups.Index())
        {
            line("");
            line(ink.Bold($"group {number + 1} of {plan.Groups.Length}: {group.Name}"));
            foreach (var restore in group.Restores)
            {
                line("");
                line($"{ink.Bold(restore.Name)}{(restore.Target.Context is { } context ? $" into context {context}" : "")}");
                PlanText.Print(restore.Whole, ink, line, all);
            }
            PrintAfter(group, line);
        }
    }

    private static void PrintAfter(PlannedGroup group, Action<string> line)
    {
        foreach (var check in group.Checks ?? [])
            line($"then checked, in the target of {check.Restore}: {check}");
        if (group.Pause is { } pause)
            line($"then asked: {pause}");
        line(
            group.ContinueOnPartial == true
                ? "then the next group, also if something of this one isn't complete"
                : "then the next group, if all of this one is complete"
        );
    }
}
