using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Cli.Output;

/// <summary>States in their colours: the same everywhere.</summary>
internal static class States
{
    public static string Paint(Ink ink, PointState state) => state == PointState.Succeeded ? ink.Green("Succeeded") : ink.Yellow("Partial");

    public static string Paint(Ink ink, RunState state) =>
        state switch
        {
            RunState.Succeeded => ink.Green("Succeeded"),
            RunState.Failed => ink.Red("Failed"),
            _ => ink.Yellow(state.ToString()),
        };

    public static string Paint(Ink ink, TypeState state) =>
        state switch
        {
            TypeState.Captured => ink.Green("Captured"),
            TypeState.Failed => ink.Red("Failed"),
            _ => ink.Dim("Excluded"),
        };
}
