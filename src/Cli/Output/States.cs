using Holdfast.Archive.Format;

namespace Holdfast.Cli.Output;

/// <summary>States in their colours: the same everywhere.</summary>
internal static class States
{
    public static string Paint(Ink ink, PointState state) => state == PointState.Succeeded ? ink.Green("Succeeded") : ink.Yellow("Partial");

    public static string Paint(Ink ink, TypeState state) => state switch
    {
        TypeState.Captured => ink.Green("Captured"),
        TypeState.Failed => ink.Red("Failed"),
        _ => ink.Dim("Excluded"),
    };
}
