using System.Text.Json.Nodes;
using Holdfast.Infrastructure.Tests.Bicep;
using Holdfast.Infrastructure.Tests.Rules;
using Holdfast.TestKit.Files;

namespace Holdfast.Infrastructure.Tests;

/// <summary>
/// What <c>infra/bicep</c> would deploy, compiled and evaluated by Microsoft's compiler with its types of Azure's resources.
/// </summary>
[Collection(Compiled.Collection)]
public sealed class BicepTests(Compiled compiled)
{
    [Fact]
    public void The_compiler_and_its_linter_find_nothing() => Assert.Empty(compiled.Findings);

    [Fact]
    public void Without_allowed_addresses_everything_is_private() => Assert.Empty(SecurityRules.Of(compiled.OneRegion, isPublic: false));

    [Fact]
    public void With_allowed_addresses_all_others_are_denied() => Assert.Empty(SecurityRules.Of(compiled.TwoRegions, isPublic: true));

    [Fact]
    public void Only_allowed_addresses_are_let_in()
    {
        var rules = compiled.TwoRegions.Resources.SelectMany(r =>
            (r.At("properties.networkAcls.ipRules") as JsonArray ?? [])
                .Select(i => (string?)i!["value"])
                .Concat((r.At("properties.siteConfig.ipSecurityRestrictions") as JsonArray ?? []).Select(i => (string?)i!["ipAddress"]))
        );

        Assert.Equal(["203.0.113.7"], rules.Distinct());
    }

    [Fact]
    public void One_region_has_the_roles_that_it_needs_and_no_other()
    {
        var expected = Assignments.All.Where(a => !Assignments.Optional.Contains(a.Name));

        Assert.Empty(Assignments.Wrong(compiled.OneRegion, expected, "id-holdfast"));
        Assert.Equal(expected.Count(), compiled.OneRegion.OfType("Microsoft.Authorization/roleAssignments").Count());
    }

    [Fact]
    public void Each_of_two_regions_has_the_roles_that_it_needs_and_may_write_to_the_vault_of_the_other()
    {
        Assert.Empty(Assignments.Wrong(compiled.TwoRegions, Assignments.All, "id-holdfast", "id-holdfastdr"));

        var writers = compiled
            .TwoRegions.OfType("Microsoft.Authorization/roleAssignments")
            .Where(a => a.Id.Contains("/containers/vault/", StringComparison.Ordinal))
            .Select(a =>
                (a.Id.Split('/')[4], ((string)a.At("properties.principalId")!).Contains("id-holdfastdr", StringComparison.Ordinal))
            );

        Assert.Equal([("holdfast", false), ("holdfast", true), ("standby", false), ("standby", true)], writers.Order());
    }

    [Fact]
    public void Nothing_is_assigned_on_a_subscription_but_what_Azure_has_nowhere_else()
    {
        var onSubscriptions = compiled
            .TwoRegions.Resources.Where(r => r.Type.StartsWith("Microsoft.Authorization/role", StringComparison.Ordinal))
            .Where(r => r.Type.EndsWith("Assignments", StringComparison.Ordinal) && r.Id.Split('/').Length == 7);

        Assert.Equal(2, onSubscriptions.Count());
        var broad = compiled
            .TwoRegions.OfType("Microsoft.Authorization/roleDefinitions")
            .Where(d => d.At("properties.assignableScopes")!.AsArray().Any(s => ((string)s!).Split('/').Length == 3))
            .SelectMany(d => d.At("properties.permissions.0.actions")!.AsArray().Select(a => (string)a!));
        Assert.Equal("Microsoft.ContainerService/locations/kubernetesVersions/read", Assert.Single(broad.Distinct()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_app_has_every_setting_that_it_reads_and_no_other(bool isPremium)
    {
        var settings = (isPremium ? compiled.TwoRegions : compiled.OneRegion)
            .OfType("Microsoft.Web/sites/config")
            .Where(c => c.Name.EndsWith("/appsettings", StringComparison.Ordinal))
            .ToList();

        Assert.Equal(isPremium ? 2 : 1, settings.Count);
        Assert.All(settings, s => Assert.Empty(DeployedSettings.Wrong(s.At("properties")!.AsObject().Select(p => p.Key), isPremium)));
    }

    [Fact]
    public void Points_move_to_cool_and_then_to_cold_and_control_documents_lose_old_versions()
    {
        var policy = Assert.Single(compiled.OneRegion.OfType("Microsoft.Storage/storageAccounts/managementPolicies"));
        var (points, control) = (policy.At("properties.policy.rules.0.definition")!, policy.At("properties.policy.rules.1.definition")!);

        Assert.Equal("vault/clusters/", (string?)points["filters"]!["prefixMatch"]![0]);
        Assert.Equal(30, (int)points["actions"]!["baseBlob"]!["tierToCool"]!["daysAfterCreationGreaterThan"]!);
        Assert.Equal(90, (int)points["actions"]!["baseBlob"]!["tierToCold"]!["daysAfterCreationGreaterThan"]!);
        Assert.Null(points["actions"]!["baseBlob"]!["delete"]);
        Assert.Null(points["actions"]!["version"]!["delete"]);
        Assert.Equal("control/", (string?)control["filters"]!["prefixMatch"]![0]);
        Assert.Null(control["actions"]!["baseBlob"]);
    }

    [Fact]
    public void File_exports_reach_their_own_containers_only()
    {
        var conditions = compiled
            .TwoRegions.OfType("Microsoft.Authorization/roleAssignments")
            .Where(a => a.At("properties.condition") is not null)
            .ToList();

        Assert.Equal(2, conditions.Count);
        Assert.All(
            conditions,
            a => Assert.Contains("containers:name] StringLike 'files-*'", (string)a.At("properties.condition")!, StringComparison.Ordinal)
        );
    }

    /// <summary>Terraform deploys these, since azurerm has no such resources.</summary>
    [Theory]
    [InlineData("vaultContainer", "vault")]
    [InlineData("keys", "key_vault")]
    [InlineData("flexApp", "flex_app")]
    public async Task What_Terraform_deploys_of_Bicep_is_what_Bicep_compiles_to(string module, string terraform)
    {
        var (template, _) = await compiled.Original.CompileAsync($"modules/{module}.bicep");
        var path = RepositoryFiles.Path($"infra/terraform/modules/{terraform}/{module}.json");
        if (RepositoryFiles.Accepting)
            await File.WriteAllTextAsync(path, template!.ReplaceLineEndings("\n") + "\n");

        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(template!), JsonNode.Parse(await File.ReadAllTextAsync(path))),
            $"{path} isn't {module}.bicep any more: run this test with HOLDFAST_ACCEPT=1"
        );
    }

    [Fact]
    public void Every_parameter_and_output_is_explained()
    {
        var unexplained = Directory
            .EnumerateFiles(RepositoryFiles.Path("infra/bicep"), "*.bicep", SearchOption.AllDirectories)
            .SelectMany(path => File.ReadLines(path).Prepend("").Zip(File.ReadLines(path)))
            .Where(line =>
                line.Second.StartsWith("param ", StringComparison.Ordinal) || line.Second.StartsWith("output ", StringComparison.Ordinal)
            )
            .Where(line => !line.First.StartsWith('@'))
            .Select(line => line.Second);

        Assert.Empty(unexplained);
    }

    [Fact]
    public void The_roles_of_the_API_are_those_that_the_app_knows()
    {
        var application = Assert.Single(compiled.OneRegion.OfType("Microsoft.Graph/applications@v1.0"));

        Assert.Equal(
            Enum.GetNames<Functions.Access.Roles>().Except(["None", "AnyReader", "AnyOperator"]),
            application.At("properties.appRoles")!.AsArray().Select(r => (string)r!["value"]!)
        );
        Assert.Null(application.At("properties.passwordCredentials"));
        Assert.True(
            (bool)
                Assert
                    .Single(compiled.OneRegion.OfType("Microsoft.Graph/servicePrincipals@v1.0"))
                    .At("properties.appRoleAssignmentRequired")!
        );
    }
}
