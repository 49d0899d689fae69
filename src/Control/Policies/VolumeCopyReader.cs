using System.Collections.Immutable;
using Holdfast.Control.Reading;
using Holdfast.Control.Registration;
using Holdfast.Manifests;

namespace Holdfast.Control.Policies;

/// <summary>Reads where else a policy wants snapshots to be.</summary>
internal static class VolumeCopyReader
{
    private const string Example = """{ "region": "northeurope" }""";
    private const int LongestRegion = 90;

    /// <summary>Null: the policy says nothing about it.</summary>
    public static ImmutableArray<VolumeCopyPlace>? Read(DocumentSection root)
    {
        var sections = root.Sections("volumeCopies", Example);
        if (!root.Has("volumeCopies"))
            return null;
        if (sections.IsEmpty)
            root.Problem("volumeCopies", "is empty", "an empty list copies nothing", "Leave it out, or name a region");
        var places = ImmutableArray.CreateBuilder<VolumeCopyPlace>();
        foreach (var section in sections)
        {
            var place = new VolumeCopyPlace(
                Region(section),
                AzureGroupReader.Read(section, "resourceGroup", "copies of snapshots are made in it")
            );
            if (place.Region.Length > 0 && places.Any(p => p.Region == place.Region))
                section.Problem("region", $"'{place.Region}' is listed twice", "one copy in a region is enough", "Remove one");
            section.RefuseUnknown();
            places.Add(place);
        }
        return places.ToImmutable();
    }

    private static string Region(DocumentSection section)
    {
        var region = section.RequiredText("region", "the copies are made there", "northeurope") ?? "";
        if (region.Length > LongestRegion || region.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c)))
            section.Problem(
                "region",
                $"'{Quoted.Short(region)}' isn't the name of a region",
                "Azure names regions with lower-case letters and digits",
                "Write one that 'az account list-locations --query [].name' prints"
            );
        return region;
    }
}
