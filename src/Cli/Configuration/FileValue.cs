namespace Holdfast.Cli.Configuration;

/// <summary>A setting's value in a configuration file.</summary>
/// <param name="Text">As the setting's variable has it.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Profile">Null: it is outside of profiles.</param>
internal sealed record FileValue(string Text, long Line, string? Profile);
