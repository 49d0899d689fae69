namespace Holdfast.Cli.Output;

/// <summary>What <c>init -o json</c> prints.</summary>
/// <param name="File">The configuration file that was written.</param>
/// <param name="Standby">It has a profile for the second region.</param>
/// <param name="Next">What to do next, each as a command where it is one.</param>
internal sealed record InitDocument(string File, string Vault, string Control, string Api, bool Standby, IReadOnlyList<string> Next);
