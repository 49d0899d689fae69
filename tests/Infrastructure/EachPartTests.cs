using System.Text.Json.Nodes;
using Holdfast.Infrastructure.Tests.Bicep;
using Holdfast.Infrastructure.Tests.Rules;
using Holdfast.Infrastructure.Tests.Terraform;

namespace Holdfast.Infrastructure.Tests;

/// <summary>
/// Every role assignment, private endpoint, public access and app setting of the templates, changed one after the other: the checks find
/// each.
/// </summary>
[Collection(Compiled.Collection)]
public sealed class EachPartTests(Compiled compiled, ReadTerraform terraform) : IClassFixture<ReadTerraform>
{
    private const string Assignment = "Microsoft.Authorization/roleAssignments";
    private const string Endpoint = "Microsoft.Network/privateEndpoints";
    private const string PublicAccess = "publicNetworkAccess";

    [Fact]
    public void A_role_assignment_that_is_missing_is_found() =>
        AssertFound(
            Without(compiled.TwoRegions, r => r.Type == Assignment),
            changed => Assignments.Wrong(changed, Assignments.All, "id-holdfast", "id-holdfastdr")
        );

    [Fact]
    public void A_private_endpoint_that_is_missing_is_found() =>
        AssertFound(Without(compiled.OneRegion, r => r.Type == Endpoint), changed => SecurityRules.Of(changed, isPublic: false));

    /// <summary>Whatever the type of the resource: <c>publicNetworkAccess</c>, <c>publicNetworkAccessForIngestion</c>.</summary>
    [Fact]
    public void A_public_endpoint_is_found() =>
        AssertFound(
            from resource in compiled.OneRegion.Resources
            from member in resource.At("properties") as JsonObject ?? []
            where member.Key.StartsWith(PublicAccess, StringComparison.Ordinal) && (string?)member.Value == "Disabled"
            select ($"{resource} {member.Key}", Changed(compiled.OneRegion, resource, member.Key, "Enabled")),
            changed => SecurityRules.Of(changed, isPublic: false)
        );

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_app_setting_that_is_missing_or_that_nothing_reads_is_found(bool isPremium)
    {
        var settings = (isPremium ? compiled.TwoRegions : compiled.OneRegion)
            .OfType("Microsoft.Web/sites/config")
            .First(c => c.Name.EndsWith("/appsettings", StringComparison.Ordinal))
            .At("properties")!
            .AsObject()
            .Select(s => s.Key)
            .ToList();

        Assert.All(settings, s => Assert.NotEmpty(DeployedSettings.Wrong(settings.Where(other => other != s), isPremium)));
        Assert.NotEmpty(DeployedSettings.Wrong(settings.Append("HOLDFAST_UNKNOWN"), isPremium));
    }

    [Fact]
    public void A_role_assignment_or_an_app_setting_that_is_missing_in_Terraform_is_found()
    {
        Assert.All(
            terraform.Files.Resources.Where(r => r.Type == "azurerm_role_assignment"),
            r => Assert.NotEmpty(TerraformSecurity.Roles(Without(r.Module, "resource", r.Type, r.Name)))
        );
        var settings = terraform.Files.Module("app_settings").Outputs.Single(o => o.Name == "settings").Body["value"]!.AsObject();
        Assert.All(
            settings.Select(s => s.Key).ToList(),
            name =>
            {
                var changed = Copy();
                changed.Module("app_settings").Outputs.Single(o => o.Name == "settings").Body["value"]!.AsObject().Remove(name);
                Assert.NotEmpty(TerraformSecurity.AppSettings(changed));
            }
        );
    }

    [Fact]
    public void A_public_endpoint_in_Terraform_is_found()
    {
        var resources = terraform.Files.Resources.Where(r => r.Body.ContainsKey("public_network_access_enabled")).ToList();

        Assert.NotEmpty(resources);
        Assert.All(
            resources,
            r =>
            {
                var changed = Copy();
                var same = changed.Resources.Single(other => other.ToString() == r.ToString());
                same.Body["public_network_access_enabled"] = true;
                Assert.NotEmpty(TerraformSecurity.Settings(changed));
            }
        );
    }

    private static void AssertFound(IEnumerable<(string What, Deployment Changed)> changes, Func<Deployment, IEnumerable<string>> wrong)
    {
        var all = changes.ToList();
        Assert.NotEmpty(all);
        Assert.Empty(all.Where(change => !wrong(change.Changed).Any()).Select(change => change.What));
    }

    private static IEnumerable<(string, Deployment)> Without(Deployment deployment, Func<DeployedResource, bool> chosen) =>
        deployment.Resources.Where(chosen).Select(r => ($"{r} {r.Id}", new Deployment(deployment.Resources.Remove(r))));

    private static Deployment Changed(Deployment deployment, DeployedResource resource, string property, string value)
    {
        var json = (JsonObject)resource.Json.DeepClone();
        json["properties"]![property] = value;
        return new(deployment.Resources.Replace(resource, resource with { Json = json }));
    }

    private TerraformFiles Without(string module, string kind, string type, string name)
    {
        var changed = Copy();
        changed.Module(module).Content[kind]![type]!.AsObject().Remove(name);
        return changed;
    }

    private TerraformFiles Copy() =>
        terraform.Files with
        {
            Modules = [.. terraform.Files.Modules.Select(m => m with { Content = (JsonObject)m.Content.DeepClone() })],
        };
}
