using System.Text.Json.Nodes;
using Holdfast.AzureCloud.Disks;
using Holdfast.Control.Registration;
using Holdfast.Volumes.Clouds;

namespace Holdfast.AzureCloud.Tests.Disks;

/// <summary>Where a restored disk is made, by what the target's nodes say.</summary>
public sealed class DiskPlacesTests
{
    private const string Group = $"/subscriptions/{DiskCloud.Subscription}/resourceGroups/MC_dr";

    [Fact]
    public void A_site_is_where_the_nodes_machines_are()
    {
        var site = DiskPlaces.SiteOf([Node("northeurope-2"), Node("northeurope-1"), Node("northeurope-2")], null)!;

        Assert.Equal(("northeurope", Group, false), (site.Region, site.Group, site.HasUnzoned));
        Assert.Equal("1, 2", string.Join(", ", site.Zones));
    }

    [Fact]
    public void A_group_that_is_asked_for_comes_before_that_of_the_nodes()
    {
        Assert.True(AzureGroupId.TryParse(Group.Replace("MC_dr", "disks", StringComparison.Ordinal), out var asked));

        Assert.EndsWith("/disks", DiskPlaces.SiteOf([Node("northeurope-1")], asked)!.Group, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    public void A_node_without_a_zone_is_in_none(string label)
    {
        var site = DiskPlaces.SiteOf([Node(label)], null)!;

        Assert.True(site.HasUnzoned);
        Assert.Empty(site.Zones);
    }

    [Fact]
    public void Nodes_of_another_cloud_have_no_site() =>
        Assert.Null(DiskPlaces.SiteOf([Node("northeurope-1", "aws:///eu-west-1a/i-0123"), new()], null));

    [Theory]
    // the same zone, by its number
    [InlineData("westeurope-2", "Premium_LRS", "1,2,3", false, "2", false)]
    // no node there: another, always the same
    [InlineData("westeurope-3", "Premium_LRS", "1,2", false, "2", true)]
    [InlineData("westeurope-2", "Premium_LRS", "3", false, "3", true)]
    // zones don't matter to a disk that is in all of them
    [InlineData("westeurope-3", "Premium_ZRS", "1,2", false, null, false)]
    // the target has no zones
    [InlineData("westeurope-3", "Premium_LRS", "", true, null, false)]
    // the disk had none
    [InlineData("", "Premium_LRS", "1,2", true, null, false)]
    [InlineData("", "Premium_LRS", "1,2", false, "1", true)]
    public void The_zone_is_one_in_which_the_target_has_nodes(
        string was,
        string kind,
        string zones,
        bool unzoned,
        string? expected,
        bool differs
    )
    {
        var volume = DiskCloud.Volume("disk") with { Topology = [new(DiskPlaces.ZoneKey, [was])] };
        var site = new DiskSite("northeurope", Group, [.. zones.Split(',', StringSplitOptions.RemoveEmptyEntries)], unzoned);

        var (zone, note) = DiskPlaces.ZoneFor(volume, kind, site);

        Assert.Equal((expected, differs), (zone, note is not null));
    }

    private static JsonObject Node(string zone, string? provider = null) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = new JsonObject { ["topology.kubernetes.io/region"] = "northeurope", [DiskPlaces.ZoneKey] = zone },
            },
            ["spec"] = new JsonObject
            {
                ["providerID"] = provider ?? $"azure://{Group}/providers/Microsoft.Compute/virtualMachineScaleSets/a/virtualMachines/0",
            },
        };
}
