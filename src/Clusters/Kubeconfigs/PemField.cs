using System.Text;
using Holdfast.Machine.Files;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>
/// A PEM text that a kubeconfig holds as base64 in <c>NAME-data</c>, which takes precedence, or as a file's path in <c>NAME</c>.
/// </summary>
internal static class PemField
{
    /// <summary>In bytes.</summary>
    public const int Largest = 4 << 20;

    /// <summary>Null: none is named, or it can't be read and the problem is reported.</summary>
    public static string? Read(Section section, string name, List<string> problems)
    {
        try
        {
            if (section.Text(name + "-data") is { } data)
                return Encoding.UTF8.GetString(Convert.FromBase64String(data));
            return section.FilePath(name) is { } path ? RegularFile.ReadText(path, Largest) : null;
        }
        catch (FormatException)
        {
            problems.Add(
                section.Problem(name + "-data", "is not base64. Encode the PEM file with 'base64 -w0', or name the file in '" + name + "'")
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(section.Problem(name, $"can't be read ({e.Message}). A relative path is relative to the kubeconfig's folder"));
        }
        return null;
    }

    /// <summary>The file to read; null: none.</summary>
    public static string? FileOf(Section? section, string name) =>
        section is { HasFolder: true } && section.Text(name + "-data") is null ? section.FilePath(name) : null;

    /// <summary>Which of the two fields counts.</summary>
    public static string KeyOf(Section section, string name) => section.Text(name + "-data") is null ? name : name + "-data";

    public static bool IsNamed(Section section, string name) => section.Text(name) is not null || section.Text(name + "-data") is not null;
}
