using Holdfast.Control.Policies;
using Holdfast.Restore;

namespace Holdfast.Cli.Output;

/// <summary>Which restore hooks a plan has, as a person reads it; never their commands.</summary>
internal static class HookText
{
    private const int MostSteps = 20;

    public static void Print(RestorePlan plan, Ink ink, Action<string> line, bool all)
    {
        var steps = plan.Steps.Where(s => s.Hooks is not null).ToList();
        if (steps.Count == 0)
            return;
        line("");
        line(ink.Bold("restore hooks:"));
        foreach (var step in steps.Take(all ? int.MaxValue : MostSteps))
        foreach (var hook in step.Hooks!.Value)
            line($"  {step.Resource} {step.Namespace}/{ink.Bold(step.Name)}: {Words(hook)}");
        if (!all && steps.Count > MostSteps)
            line($"  and {Readable.Count(steps.Count - MostSteps)} more (--all)");
    }

    private static string Words(StepHook hook) =>
        hook.Kind == RestoreHookKind.Init
            ? $"init container {hook.Container} of image {hook.Image}"
            : $"a command in {(hook.Container is null ? "the default container" : $"container {hook.Container}")} ({hook.Source}"
                + $"{(hook.OnError == OnHookError.Continue ? ", errors are only noted" : "")})";
}
