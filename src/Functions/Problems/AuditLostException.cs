namespace Holdfast.Functions.Problems;

/// <summary>It was done, and no record of it could be kept.</summary>
internal sealed class AuditLostException(string action, Exception inner)
    : Exception($"'{action}' was done, and the audit of it could not be written: {inner.Message}", inner);
