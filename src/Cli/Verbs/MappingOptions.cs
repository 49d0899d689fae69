using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Mapping;

namespace Holdfast.Cli.Verbs;

/// <summary>What the target calls otherwise, and how a clone is isolated: the same options for <c>plan</c> and <c>restore</c>.</summary>
internal sealed class MappingOptions
{
    private const int LongestTable = 4 << 20;

    private static readonly string[] Parts = ["jobs", "load-balancers", "hosts", "egress"];

    private readonly Option<string[]> registries = new("--map-registry")
    {
        HelpName = "OLD=NEW",
        Description = "Take images from another registry or path: docker.io=mirror.example.net/hub",
    };
    private readonly Option<string[]> hosts = new("--map-host")
    {
        HelpName = "OLD=NEW",
        Description = "Give ingresses, gateways, routes and certificates another host; *.OLD=*.NEW for all below a domain",
    };
    private readonly Option<string[]> nodeSelectors = new("--map-node-selector")
    {
        HelpName = "OLD:NEW",
        Description = "Let pods ask for another node label: KEY=VALUE:KEY=VALUE, KEY:KEY, or with nothing after the colon for none",
    };
    private readonly Option<string[]> tolerations = new("--map-toleration")
    {
        HelpName = "OLD:NEW",
        Description = "Let pods tolerate another taint, written like --map-node-selector",
    };
    private readonly Option<string[]> priorityClasses = new("--map-priority-class")
    {
        HelpName = "OLD=NEW",
        Description = "Give pods another priority class, which the target has or the restore brings",
    };
    private readonly Option<string[]> externalIds = new("--map-external-id")
    {
        HelpName = "OLD=NEW",
        Description = "Replace what drivers and operators know a disk, an address, a vault's secret or a cloud resource by",
    };
    private readonly Option<string[]> tables = new("--external-ids")
    {
        HelpName = "FILE",
        Description = "The same, as a YAML or JSON file of OLD: NEW",
    };
    private readonly Option<string[]> keep = new("--clone-keep")
    {
        HelpName = "PARTS",
        CompletionSources = { "jobs", "load-balancers", "hosts", "egress" },
        Description =
            "What isn't isolated where a namespace is restored beside its source: jobs, load-balancers, hosts, egress; commas between",
    };

    public IEnumerable<Option> All => [registries, hosts, nodeSelectors, tolerations, priorityClasses, externalIds, tables, keep];

    /// <exception cref="UsageException">With all that is wrong.</exception>
    public Mappings? Mappings(Invocation invocation)
    {
        var problems = new List<string>();
        var mappings = new Mappings
        {
            Registries = Map(invocation, registries, '=', problems),
            Hosts = Map(invocation, hosts, '=', problems),
            NodeSelectors = Map(invocation, nodeSelectors, ':', problems),
            Tolerations = Map(invocation, tolerations, ':', problems),
            PriorityClasses = Map(invocation, priorityClasses, '=', problems),
            ExternalIds = ExternalIds(invocation, problems),
        };
        if (problems.Count == 0)
            problems.AddRange(MappingProblems.Of(mappings));
        if (problems.Count > 0)
            throw new UsageException([.. problems]);
        return mappings == new Mappings() ? null : mappings;
    }

    /// <exception cref="UsageException">A part that isn't known.</exception>
    public ImmutableArray<ClonePart>? Kept(Invocation invocation)
    {
        var given = invocation
            .List(keep)
            .SelectMany(k => k.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToList();
        return given.Count == 0 ? null : [.. given.Select(Part).Distinct().Order()];
    }

    private static ClonePart Part(string text) =>
        Array.IndexOf(Parts, text) is var index and >= 0
            ? (ClonePart)index
            : throw new UsageException($"--clone-keep '{text}' is not known: use {string.Join(", ", Parts)}");

    private static ImmutableSortedDictionary<string, string>? Map(
        Invocation invocation,
        Option<string[]> option,
        char separator,
        List<string> problems
    )
    {
        var map = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var text in invocation.List(option))
        {
            // Only a label may be left out, and no key has a colon.
            if (text.Split(separator, 2) is not [{ Length: > 0 } captured, var mapped] || (mapped.Length == 0 && separator == '='))
                problems.Add($"{option.Name} '{text}' isn't OLD{separator}NEW: what the point says, and what the target does");
            else
                Add(map, option.Name, captured, mapped, problems);
        }
        return map.Count == 0 ? null : map.ToImmutable();
    }

    private ImmutableSortedDictionary<string, string>? ExternalIds(Invocation invocation, List<string> problems)
    {
        var map = (
            Map(invocation, externalIds, '=', problems) ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
        ).ToBuilder();
        foreach (var file in invocation.List(tables))
        foreach (var (captured, mapped) in Table(file, problems))
            Add(map, file, captured, mapped, problems);
        return map.Count == 0 ? null : map.ToImmutable();
    }

    private static IEnumerable<(string Captured, string Mapped)> Table(string file, List<string> problems)
    {
        var text = PersonsFile.ReadText("--external-ids", file, LongestTable);
        JsonObject? table = null;
        try
        {
            table = YamlJson.Read(text) as JsonObject;
        }
        catch (JsonException e)
        {
            problems.Add($"{file} can't be read: {e.Message}");
            yield break;
        }
        if (table is null || table.Any(t => t.Value is not JsonValue value || !value.TryGetValue(out string? _)))
            problems.Add($"{file} isn't a table of external identifiers: write OLD: NEW, one a line, numbers in quotes");
        else
            foreach (var (captured, _) in table)
                yield return (captured, table.Text(captured)!);
    }

    private static void Add(
        ImmutableSortedDictionary<string, string>.Builder map,
        string where,
        string captured,
        string mapped,
        List<string> problems
    )
    {
        if (map.TryGetValue(captured, out var other) && other != mapped)
            problems.Add($"{where} gives '{captured}' two meanings: {other} and {mapped}");
        map[captured] = mapped;
    }
}
