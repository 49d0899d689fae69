using System.CommandLine;
using System.Globalization;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;

namespace Holdfast.Cli.Verbs;

/// <summary>Which points stay, and what signs that others expired: the same options wherever points expire.</summary>
internal sealed class KeepOptions
{
    private const int Most = 1000;

    private readonly Option<string?> within = new("--keep-within")
    {
        HelpName = "TIME",
        Description = "Points made by hand: keep those that weren't older when the newest was captured: 36h, 14d, 8w",
    };
    private readonly (string Name, Option<int> Option)[] counts =
    [
        .. new[] { "last", "hourly", "daily", "weekly", "monthly", "yearly" }.Select(name => (name, Count(name))),
    ];
    private readonly Option<string?> control = new("--control")
    {
        HelpName = "CONTROL",
        Description =
            "Apply the policies of a service as they are now, and delete volumes' data by its registrations: its control folder, or the "
            + $"URL of its container. Default: {OpenedControl.Variable}; without, each policy as its newest point has it, and volumes' "
            + "data stays",
    };
    private readonly Option<string?> signingKey = new("--signing-key")
    {
        HelpName = "FILE",
        Description =
            "Sign what says that signed points expired with this P-256 private key in PEM, or with a key of a Key Vault: "
            + $"{SignatureKeys.KeyVaultForm}. Default: the key that {SignatureKeys.Variable} holds, if any",
    };
    private readonly TrustOptions trust = new();

    public IEnumerable<Option> All => [within, .. counts.Select(c => c.Option), control, signingKey, .. trust.All];

    /// <exception cref="UsageException">An option is wrong, or a key's file.</exception>
    public SealSigner? Signer(Invocation invocation) => SignatureKeys.Signer(signingKey, invocation.Get(signingKey));

    /// <exception cref="UsageException">An option is wrong, or a key's file.</exception>
    public SealTrust Trust(Invocation invocation) => trust.Trust(invocation);

    /// <returns>Null: none is named.</returns>
    /// <exception cref="UsageException">There is no such control folder.</exception>
    public IDocumentStore? Control(Invocation invocation) => OpenedControl.TryOpen(invocation.Get(control), invocation.Time);

    /// <exception cref="UsageException">An option is wrong, or there is no such control folder.</exception>
    public async Task<Func<VaultFacts, PolicyTerms>> TermsAsync(Invocation invocation)
    {
        var byHand = ByHand(invocation);
        if (Control(invocation) is not { } service)
            return facts => PolicyTerms.Of(facts.Policies, byHand);
        var read = await PolicyTerms.ReadAsync(new ControlDocuments(service), invocation.Cancellation);
        return _ => read with { Terms = read.Terms with { ByHand = byHand } };
    }

    private RetentionTerm? ByHand(Invocation invocation)
    {
        var kept = counts.ToDictionary(c => c.Name, c => Number(invocation, c.Option));
        var rule = new RetentionRule(
            kept["hourly"],
            kept["daily"],
            kept["weekly"],
            kept["monthly"],
            kept["yearly"],
            kept["last"],
            Within(invocation)
        );
        return rule == new RetentionRule() ? null : new(rule, TimeZoneInfo.Utc);
    }

    private KeptDuration? Within(Invocation invocation) =>
        invocation.Get(within) is not { } text ? null
        : KeptDuration.TryParse(text, out var duration) ? duration
        : throw new UsageException($"--keep-within '{text}' isn't a duration: a whole number and h, d or w is expected, such as 14d");

    private static int Number(Invocation invocation, Option<int> option) =>
        invocation.Get(option) is var number and >= 0 and <= Most
            ? number
            : throw new UsageException($"{option.Name} is a number from 0 to {Most.ToString(CultureInfo.InvariantCulture)}");

    private static Option<int> Count(string name) =>
        new($"--keep-{name}")
        {
            HelpName = "N",
            Description =
                name == "last"
                    ? "Points made by hand: keep so many of the last ones"
                    : $"Points made by hand: keep the last one of so many {Period(name)} (UTC) that have one",
        };

    private static string Period(string name) => name == "daily" ? "days" : $"{name[..^2]}s";
}
