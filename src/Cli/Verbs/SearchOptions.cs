using System.CommandLine;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Control;
using Holdfast.Vault.Catalogue;

namespace Holdfast.Cli.Verbs;

/// <summary>When points that are meant were taken: the same options wherever several are.</summary>
internal sealed class SearchOptions
{
    private readonly Option<string?> since = new("--since")
    {
        HelpName = "TIME",
        Description = "Only points taken then or later: 2026-11-22, 2026-11-22T05:30:00Z, or 7d for the last seven days",
    };
    private readonly Option<string?> until = new("--until")
    {
        HelpName = "TIME",
        Description = "Only points taken then or earlier: the same forms",
    };
    private readonly Option<string?> policy = new("--policy") { HelpName = "NAME", Description = "Only points made under this policy" };

    public IEnumerable<Option> All => [since, until, policy];

    /// <exception cref="UsageException">An option isn't what it should be.</exception>
    public PointSearch Search(Invocation invocation) =>
        new()
        {
            Since = Time(invocation, since, end: false),
            Until = Time(invocation, until, end: true),
            Policy =
                invocation.Get(policy) is not { } text ? null
                : PolicyName.TryParse(text, out var name) ? name
                : throw new UsageException($"--policy '{text}' can't name a policy"),
        };

    private static DateTimeOffset? Time(Invocation invocation, Option<string?> option, bool end) =>
        invocation.Get(option) is not { } text ? null
        : SearchTime.TryParse(text, invocation.Time.GetUtcNow(), end, out var time) ? time
        : throw new UsageException($"{option.Name} '{text}' is no time: give {SearchTime.Forms}");
}
