using Holdfast.Restore;

namespace Holdfast.Cli.Output;

/// <summary>How a clone is isolated, as a person reads it: at the top of a plan.</summary>
internal static class IsolationText
{
    private static readonly string[] Words = ["jobs", "load-balancers", "hosts", "egress"];

    public static void Print(RestorePlan plan, Ink ink, Action<string> line)
    {
        if (plan.Isolation is not { } isolation)
            return;
        var clones = isolation.Namespaces.Select(ns => $"{ink.Bold(ns)} of {plan.Request.NamespaceMapping!.First(m => m.Value == ns).Key}");
        var source = isolation.Namespaces.Length == 1 ? "its source" : "their sources";
        line($"{ink.Yellow("isolated clone:")} {string.Join(", ", clones)}, beside {source}");
        foreach (var part in Enum.GetValues<ClonePart>())
            line($"  {Word(part)}: {Said(isolation, part)}");
    }

    public static IsolationDocument Document(CloneIsolation isolation) =>
        new(
            isolation.Namespaces,
            isolation.Kept.Select(Word),
            isolation.Changed.ToDictionary(c => Word(c.Part), c => c.Objects, StringComparer.Ordinal)
        );

    /// <summary>As <c>--clone-keep</c> has it.</summary>
    private static string Word(ClonePart part) => Words[(int)part];

    private static string Said(CloneIsolation isolation, ClonePart part)
    {
        if (isolation.Kept.Contains(part))
            return $"as captured (--clone-keep {Word(part)})";
        var objects = isolation.Changed.FirstOrDefault(c => c.Part == part)?.Objects ?? 0;
        return $"{Isolated(part)} ({Readable.Count(objects, "object")}); --clone-keep {Word(part)} keeps them as captured";
    }

    private static string Isolated(ClonePart part) =>
        part switch
        {
            ClonePart.Jobs => "cron jobs and jobs are suspended",
            ClonePart.LoadBalancers => "services have no address outside the cluster",
            ClonePart.Hosts => "hosts that aren't mapped are left out",
            _ => "a network policy lets pods reach only the DNS and each other, where the network plugin enforces it",
        };
}
