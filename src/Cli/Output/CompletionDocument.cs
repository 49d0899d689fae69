namespace Holdfast.Cli.Output;

/// <summary>What <c>completion -o json</c> prints.</summary>
internal sealed record CompletionDocument(string Shell, string Script);
