using System.Text.RegularExpressions;
using Holdfast.Infrastructure.Tests.Rules;
using Holdfast.Infrastructure.Tests.Terraform;
using Holdfast.TestKit.Files;

namespace Holdfast.Infrastructure.Tests;

/// <summary>What <c>infra/terraform</c> says, held against the schemas of its providers and against what Bicep makes.</summary>
public sealed class TerraformTests(ReadTerraform terraform) : IClassFixture<ReadTerraform>
{
    [Fact]
    public void Every_resource_is_as_its_provider_s_schema_says() => Assert.Empty(SchemaRules.Broken(terraform.Files));

    [Fact]
    public void Every_reference_leads_to_something_and_every_variable_is_explained_and_used() =>
        Assert.Empty(ReferenceRules.Broken(terraform.Files));

    [Fact]
    public void It_makes_the_same_resources_as_Bicep() => Assert.Empty(Parity.Differences(terraform.Files));

    [Fact]
    public void It_has_the_same_security_settings_as_Bicep() => Assert.Empty(TerraformSecurity.Settings(terraform.Files));

    [Fact]
    public void It_assigns_the_same_roles_as_Bicep() => Assert.Empty(TerraformSecurity.Roles(terraform.Files));

    [Fact]
    public void Modules_that_are_given_a_role_are_given_theirs()
    {
        var given =
            from module in terraform.Files.Modules
            from call in module.Calls
            from member in call.Body
            where member.Key is "writer_role" or "signer_role" or "wrapper_role"
            select (member.Key, ((string)member.Value!).TrimEnd('}').Split('.')[^1]);

        Assert.Equal(
            [("signer_role", "sealSigner"), ("wrapper_role", "keyWrapper"), ("writer_role", "vaultWriter")],
            given.Distinct().Order()
        );
    }

    [Fact]
    public void The_app_has_every_setting_that_it_reads_and_no_other() => Assert.Empty(TerraformSecurity.AppSettings(terraform.Files));

    /// <summary>Those are the providers whose schemas were checked.</summary>
    [Fact]
    public void It_asks_for_the_providers_that_it_was_checked_against()
    {
        var required = terraform.Files.Module("root").Content["terraform"]![0]!["required_providers"]![0]!;

        Assert.Equal("~> 4.73", (string?)required["azurerm"]!["version"]);
        Assert.Equal("~> 3.7", (string?)required["azuread"]!["version"]);
    }

    [Fact]
    public void What_both_give_out_has_the_same_names()
    {
        var outputs = terraform.Files.Module("root").Outputs.Select(o => o.Name);
        var bicep = Regex.Matches(
            File.ReadAllText(RepositoryFiles.Path("infra/bicep/main.bicep")),
            @"^output (?<name>\w+)",
            RegexOptions.Multiline,
            TimeSpan.FromSeconds(1)
        );

        Assert.Equal(
            bicep.Select(m => Parity.Snake(m.Groups["name"].Value)).Order(StringComparer.Ordinal),
            outputs.Order(StringComparer.Ordinal)
        );
    }
}
