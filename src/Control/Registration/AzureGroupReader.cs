using Holdfast.Control.Reading;
using Holdfast.Manifests;

namespace Holdfast.Control.Registration;

/// <summary>Reads in which resource group something is to be.</summary>
internal static class AzureGroupReader
{
    private const string Example = "/subscriptions/6dae42f8-4368-4678-94ff-3960e28e3630/resourceGroups/snapshots";

    /// <summary>Null: missing, or none, which is a problem.</summary>
    /// <param name="use">What it is for: <c>snapshots of disks are made in it</c>.</param>
    public static AzureGroupId? Read(DocumentSection section, string member, string use)
    {
        if (section.Text(member, Example) is not { } text)
            return null;
        if (AzureGroupId.TryParse(text, out var id))
            return id;
        section.Problem(
            member,
            $"'{Quoted.Short(text)}' isn't the id of a resource group",
            use,
            "Write what 'az group show --query id' prints"
        );
        return null;
    }
}
