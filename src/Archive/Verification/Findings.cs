using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>Collects what verification finds. Thread-safe.</summary>
internal sealed class Findings
{
    private readonly ConcurrentBag<Finding> all = [];

    public void Add(FindingKind kind, string path, PointId? point, string? subject, string message) =>
        all.Add(new(kind, path, point, subject, message));

    /// <param name="versions">All of the blob's, the oldest first.</param>
    public void AddTampered(string path, IEnumerable<BlobEntry> versions, string message) =>
        all.Add(new(FindingKind.Tampered, path, null, null, message) { Versions = [.. versions] });

    /// <summary>
    /// Records what a reader's exception says about the vault; one that says nothing about its content (no connection, no permission) is
    /// rethrown.
    /// </summary>
    public void Add(ArchiveException fault, string path, PointId? point)
    {
        FindingKind? kind = fault.Failure switch
        {
            ArchiveFailure.NotFound => FindingKind.Missing,
            ArchiveFailure.DigestMismatch => FindingKind.DigestMismatch,
            ArchiveFailure.Malformed => FindingKind.Malformed,
            ArchiveFailure.NewerVersion => FindingKind.NewerVersion,
            ArchiveFailure.Untrusted => FindingKind.BadSignature,
            _ => null,
        };
        if (kind is null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        Add(kind.Value, path, point, null, fault.Message);
    }

    public ImmutableArray<Finding> Sorted() =>
        [
            .. all.OrderBy(f => f.Path, StringComparer.Ordinal)
                .ThenBy(f => f.Point?.ToString(), StringComparer.Ordinal)
                .ThenBy(f => f.Subject, StringComparer.Ordinal),
        ];
}
