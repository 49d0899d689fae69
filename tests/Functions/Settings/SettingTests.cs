using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Functions.Settings;

namespace Holdfast.Functions.Tests.Settings;

public sealed partial class SettingTests
{
    [Fact]
    public void The_sample_has_every_setting_that_a_person_sets_and_no_other()
    {
        var sample = JsonNode.Parse(Repository.Read("local.settings.sample.json"))!["Values"]!.AsObject();

        Assert.Equal(
            Setting.All.Where(s => s.Sample is not null).ToDictionary(s => s.Name, s => s.Sample!),
            sample.ToDictionary(v => v.Key, v => (string)v.Value!)
        );
    }

    [Fact]
    public void The_page_of_settings_explains_each() =>
        Assert.Equal(
            Setting.All.Select(s => s.Name).Order(StringComparer.Ordinal),
            Row().Matches(Repository.Read("docs/settings.md")).Select(m => m.Groups["name"].Value).Order(StringComparer.Ordinal)
        );

    /// <summary>The command line's are in its manual.</summary>
    [Fact]
    public void Every_variable_of_ours_in_the_code_is_explained_and_every_one_that_is_explained_is_in_the_code()
    {
        var code = Directory
            .GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(path => Variable().Matches(File.ReadAllText(path)));
        var pages = Variable().Matches(Repository.Read("docs/settings.md")).Concat(Variable().Matches(Repository.Read("docs/cli.md")));

        Assert.Equal(Names(code), Names(pages));
    }

    private static IEnumerable<string> Names(IEnumerable<Match> found) =>
        found.Select(m => m.Value).Distinct().Order(StringComparer.Ordinal);

    [GeneratedRegex("HOLDFAST_[A-Z_]+")]
    private static partial Regex Variable();

    [Fact]
    public void The_code_asks_the_environment_for_nothing_but_the_settings()
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        _ = new AppSettings(name =>
        {
            asked.Add(name);
            return null;
        });
        var readByOthers = new[]
        {
            Setting.OtlpHeaders,
            Setting.OtlpProtocol,
            Setting.ClientId,
            Setting.WorkerRuntime,
            Setting.HostStorage,
        }.Select(s => s.Name);

        Assert.Equal(
            Setting.All.Select(s => s.Name).Except(readByOthers).Order(StringComparer.Ordinal),
            asked.Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain(
            Sources(),
            source =>
                source.Text.Contains("GetEnvironmentVariable", StringComparison.Ordinal)
                && !source.Path.EndsWith("AppSettings.cs", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Everything_that_is_wrong_is_listed_and_nothing_thrown()
    {
        var settings = new AppSettings(name =>
            name switch
            {
                "HOLDFAST_PORT" => "seven",
                "HOLDFAST_SELF_APPROVAL" => "perhaps",
                "HOLDFAST_APPROVAL" => "sometimes",
                "HOLDFAST_ACTIVITIES" => "0",
                _ => null,
            }
        );

        Assert.Equal(
            ["HOLDFAST_VAULT", "HOLDFAST_CONTROL", "HOLDFAST_APPROVAL", "HOLDFAST_SELF_APPROVAL", "HOLDFAST_PORT", "HOLDFAST_ACTIVITIES"],
            settings.Faults.Select(fault => fault.Split(' ')[0])
        );
    }

    /// <summary>Azure gives the reference itself where it can't resolve it: a plan key that anyone could guess.</summary>
    [Fact]
    public void A_reference_to_a_Key_Vault_that_was_not_resolved_is_no_value()
    {
        const string reference = "@Microsoft.KeyVault(VaultName=kv-holdfast;SecretName=plan-key)";
        var settings = new AppSettings(name => name == "HOLDFAST_PLAN_KEY" ? reference : "/var/points", serving: true);

        Assert.Null(settings.PlanKey);
        Assert.Contains(settings.Faults, fault => fault.StartsWith("HOLDFAST_PLAN_KEY is a reference", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("InstrumentationKey=11111111-1111-1111-1111-111111111111;IngestionEndpoint=https://westeurope-1.in.example/", true)]
    [InlineData("InstrumentationKey=none", false)]
    [InlineData("https://westeurope-1.in.example/", false)]
    public void Telemetry_goes_to_Application_Insights_only_by_a_connection_string(string text, bool isOne)
    {
        var settings = new AppSettings(name => name == "APPLICATIONINSIGHTS_CONNECTION_STRING" ? text : null, serving: true);

        Assert.Equal((isOne, isOne ? 0 : 1), (settings.Telemetry, settings.Faults.Count));
    }

    [Theory]
    [
        InlineData("https://one.blob.core.windows.net/points", "https://ONE.blob.core.windows.net/points/"),
        InlineData("/var/points", "/var/points")
    ]
    public void One_place_for_vault_and_control_is_refused(string vault, string control)
    {
        var settings = new AppSettings(name =>
            name switch
            {
                "HOLDFAST_VAULT" => vault,
                "HOLDFAST_CONTROL" => control,
                _ => null,
            }
        );

        Assert.StartsWith("HOLDFAST_CONTROL names the same place", Assert.Single(settings.Faults));
    }

    [Theory]
    [
        InlineData("True", true),
        InlineData("true", true),
        InlineData("1", true),
        InlineData("False", false),
        InlineData("0", false),
        InlineData(null, false),
        InlineData("", false)
    ]
    public void The_platforms_word_that_it_authenticates_is_taken_as_it_writes_it(string? value, bool expected) =>
        Assert.Equal(expected, new AppSettings(name => name == "WEBSITE_AUTH_ENABLED" ? value : null).PlatformAuthenticates);

    private static IEnumerable<(string Path, string Text)> Sources() =>
        Directory
            .GetFiles(Path.Combine(Repository.Root, "src", "Functions"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
            .Select(path => (path, File.ReadAllText(path)));

    [Theory]
    [
        InlineData("WEBSITE_INSTANCE_ID", true),
        InlineData("WEBSITE_SITE_NAME", true),
        InlineData("CONTAINER_NAME", false),
        InlineData("", false)
    ]
    public void A_container_with_a_name_is_not_Azure(string set, bool expected) =>
        Assert.Equal(expected, new AppSettings(name => set == name ? "x" : null).OnAzure);

    [GeneratedRegex(@"^\| `(?<name>[A-Za-z_]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
