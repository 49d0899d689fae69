using System.Text.Encodings.Web;
using System.Text.Json;
using Holdfast.Archive.Format;

namespace Holdfast.Cli.Manifests;

/// <summary>How manifests are printed as JSON.</summary>
internal static class StoredJson
{
    /// <remarks>A List around them is one level more.</remarks>
    public static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = FormatLimits.ManifestDepth + 16,
    };

    public static readonly JsonWriterOptions OneLine = Indented with { Indented = false };
}
