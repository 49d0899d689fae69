using System.Text.RegularExpressions;

namespace Holdfast.Architecture.Tests;

/// <summary>Pages name the tests that hold what they promise: a test that is gone or renamed leaves a promise that nothing holds.</summary>
public sealed partial class NamedTestsTests
{
    [Fact]
    public void Every_test_that_a_page_names_exists()
    {
        var known = SourceTree.Files("*Tests*.cs").SelectMany(Tests).ToHashSet(StringComparer.Ordinal);
        var named = SourceTree
            .Pages()
            .SelectMany(page => Named().Matches(File.ReadAllText(page)).Select(m => m.Groups["test"].Value))
            .ToList();

        Assert.Empty(named.Except(known));
        Assert.True(named.Count > 30, "docs/security.md names the tests that hold it");
    }

    /// <summary>A class in several files counts as one.</summary>
    private static IEnumerable<string> Tests(string file)
    {
        var text = File.ReadAllText(file);
        return Class()
            .Matches(text)
            .SelectMany(type => Method().Matches(text).Select(method => $"{type.Groups["name"].Value}.{method.Groups["name"].Value}"));
    }

    [GeneratedRegex(@"`(?<test>[A-Z]\w*Tests\.[A-Z]\w*_\w+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();

    [GeneratedRegex(@"\bclass (?<name>\w+Tests)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Class();

    [GeneratedRegex(@"public (async )?(Task|void) (?<name>[A-Z]\w*_\w+)\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Method();
}
