namespace Holdfast.Cli.Output;

/// <summary>What <c>config show -o json</c> prints.</summary>
/// <param name="File">Null: there is none.</param>
/// <param name="Profile">Null: none was chosen.</param>
internal sealed record ConfigurationDocument(string? File, string? Profile, IReadOnlyList<SettingDocument> Settings);

/// <param name="Value">Null: there is none. A secret is never shown.</param>
/// <param name="From"><c>option</c>, <c>environment</c>, <c>file</c> or <c>default</c>; null: nowhere.</param>
/// <param name="Where">The option, the variable, or the file with its line; null: nowhere.</param>
internal sealed record SettingDocument(string Setting, string? Value, string? From, string? Where);
