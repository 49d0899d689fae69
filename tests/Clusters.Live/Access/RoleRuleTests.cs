using System.Text.RegularExpressions;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>
/// The rules of infra/kubernetes against what Holdfast's operations asked an API server for: each is needed, and each says why it is there.
/// </summary>
[Collection(AuditedClusterCollection.Name)]
public sealed partial class RoleRuleTests(AuditedClusterFixture audited)
{
    /// <summary>What no request here needs, and the words of the file that say who does.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["hooks.yaml holdfast-hooks: get,create pods/exec of core without create"] = "API servers before 1.35 ask for `get`, later ones",
    };

    public static TheoryData<string> Accounts => [.. RoleAccount.All.Select(a => a.Name)];

    public static TheoryData<string> Cuts => [.. AllCuts().Select(cut => cut.Name)];

    public static TheoryData<string> Files => [.. RoleFiles.Paths.Select(p => Path.GetFileName(p))];

    [SkippableTheory]
    [MemberData(nameof(Accounts))]
    public async Task All_that_an_operation_asks_for_is_allowed_by_its_roles(string name)
    {
        var account = RoleAccount.All.Single(a => a.Name == name);

        Assert.Empty(account.NotAllowed((await audited.UseAsync()).By(account)));
    }

    [SkippableTheory]
    [MemberData(nameof(Cuts))]
    public async Task Without_any_part_of_a_rule_something_that_was_asked_for_is_not_allowed(string name)
    {
        var use = await audited.UseAsync();
        var cut = AllCuts().Single(c => c.Name == name);
        Skip.If(cut.Role.File == "hooks.yaml" && !use.RanHooks, "this API server runs no commands here");
        Skip.If(cut.Role.File == "files.yaml" && !use.RanFiles, "there is no restic here");
        if (Elsewhere.TryGetValue(name, out var reason))
        {
            Assert.Contains(reason, await File.ReadAllTextAsync(Path.Combine(RoleFiles.Folder, cut.Role.File)), StringComparison.Ordinal);
            return;
        }

        Assert.Contains(
            RoleAccount.All.Where(a => a.Roles.Any(bound => ReferenceEquals(bound.Role, cut.Role))),
            a => a.NotAllowed(use.By(a), (cut.Rule, cut.Left)).Any()
        );
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_rule_has_its_reason_above_it(string file)
    {
        var rules = Rule().Matches(File.ReadAllText(Path.Combine(RoleFiles.Folder, file)));

        Assert.Equal(RoleFiles.Roles.Where(r => r.File == file).Sum(r => r.Rules.Length), rules.Count);
        Assert.All(rules, r => Assert.StartsWith("#", r.Groups["above"].Value, StringComparison.Ordinal));
    }

    private static IEnumerable<(string Name, GrantedRole Role, GrantedRule Rule, GrantedRule? Left)> AllCuts() =>
        from role in RoleFiles.Roles
        from rule in role.Rules
        from cut in rule.Parts()
        select ($"{role.Key}: {rule} without {cut.Part}", role, rule, cut.Left);

    [GeneratedRegex(@"^(?<above>.*)\n- (?:apiGroups|nonResourceURLs):", RegexOptions.Multiline, 1000)]
    private static partial Regex Rule();
}
