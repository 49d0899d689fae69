using System.Text.RegularExpressions;
using Holdfast.Archive.Format;
using Holdfast.Control.Reading;
using Holdfast.Manifests;

namespace Holdfast.Control.Policies;

/// <summary>Reads a policy's export of files.</summary>
internal static partial class FileExportReader
{
    private const string ImageExample = "registry.example.com/restic/restic:0.18.1";
    private const int LongestImage = 500;

    public static FileExport? Read(DocumentSection section)
    {
        var image = section.RequiredText("image", "the Jobs run the mover that is in it", ImageExample);
        if (image is not null && (image.Length > LongestImage || !Image().IsMatch(image)))
            section.Problem("image", $"'{Quoted.Short(image)}' isn't an image", "a Pod names it so", $"Write one such as {ImageExample}");
        var defaults = new FileExport(image ?? "");
        var export = defaults with
        {
            Namespace = Name(section, "namespace", FileExport.DefaultNamespace) ?? defaults.Namespace,
            ServiceAccount = Name(section, "serviceAccount", "mover"),
            Namespaces = SelectionRules.Namespaces(section),
            LabelSelector = SelectionRules.Selector(section, "labelSelector", "export=files"),
            Cpu = Amount(section, "cpu", defaults.Cpu),
            Memory = Amount(section, "memory", defaults.Memory),
            AtOnce = section.Whole("atOnce", 1, 50, "Jobs at once") ?? defaults.AtOnce,
            Hours = section.Whole("hours", 1, FileExport.MostHours, "Hours") ?? defaults.Hours,
        };
        section.RefuseUnknown();
        return image is null ? null : export;
    }

    private static string? Name(DocumentSection section, string member, string example)
    {
        if (section.Text(member, example) is not { } name)
            return null;
        if (!ClusterName.TryParse(name, out _))
            section.Problem(
                member,
                $"'{Quoted.Short(name)}' can't name one",
                "such names are 1-63 of a-z, 0-9 and '-', starting and ending with a letter or digit",
                $"Write one such as {example}, or leave it out"
            );
        return name;
    }

    private static string Amount(DocumentSection section, string member, string usual)
    {
        if (section.Text(member, usual) is not { } text)
            return usual;
        if (Quantity.Compare(text, "0") is not > 0)
            section.Problem(
                member,
                $"'{Quoted.Short(text)}' isn't an amount",
                "a container's resources are written as Kubernetes has them",
                $"Write one such as {usual}"
            );
        return text;
    }

    /// <summary>A reference has no spaces, and says at least a name; the container runtime knows the rest.</summary>
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._:/@-]*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Image();
}
