namespace Holdfast.Cli.Invoking;

/// <summary>How this program was started.</summary>
internal static class ProgramName
{
    /// <summary>What a person types to run it: the launcher script says so when it isn't just <c>holdfast</c>.</summary>
    public static string Typed { get; } =
        Environment.GetEnvironmentVariable("HOLDFAST_COMMAND") is { Length: > 0 } launcher ? launcher : "holdfast";
}
