namespace Holdfast.Cli.Output;

/// <summary>What <c>doctor -o json</c> prints.</summary>
/// <param name="Ok">No check found an error.</param>
internal sealed record DiagnosisDocument(bool Ok, IReadOnlyList<DiagnosedDocument> Checks);

/// <param name="State"><c>ok</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Next">Null: nothing is to be done.</param>
internal sealed record DiagnosedDocument(string Check, string State, string Message, string? Next);
