using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control.Documents;
using Holdfast.Control.Reading;

namespace Holdfast.Control.Auditing;

/// <summary>
/// The audit (<c>audit/yyyy/MM/dd/TIME-ID.json</c>): records are created and never changed or deleted. The id is of the record's content,
/// so a repeated append writes nothing new. Thread-safe; throws what the store throws.
/// </summary>
public sealed class AuditLog(IDocumentStore store)
{
    private const int IdDigits = 12;
    private const int Readers = 8;
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(400);

    /// <summary>Appends, and returns when the record is kept: what it records may be answered only then.</summary>
    /// <returns>The record's path.</returns>
    public async Task<string> AppendAsync(AuditRecord record, CancellationToken cancellation)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(WithoutSecrets(record), AuditJson.Readable.AuditRecord);
        var path = PathOf(record.At, ContentDigest.Of(content));
        await store.CreateAsync(path, content, cancellation);
        return path;
    }

    /// <summary>
    /// Records of <paramref name="from"/> until <paramref name="to"/>, the newest first. Asks the store once for each day of that time,
    /// until the page is full.
    /// </summary>
    /// <param name="from">At most 400 days before <paramref name="to"/>.</param>
    /// <param name="after">A page's <see cref="DocumentPage{T}.After"/>; null: from the newest on.</param>
    public async Task<DocumentPage<AuditEntry>> ListAsync(
        DateTimeOffset from,
        DateTimeOffset to,
        string? after,
        int limit,
        CancellationToken cancellation
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to - from, LongestTime, nameof(from));
        var (first, last) = (PrefixOf(from), PrefixOf(to) + "~");
        if (after is not null && string.CompareOrdinal(after, last) < 0)
            last = after;
        var paths = new List<string>();
        for (
            var day = DateOnly.FromDateTime(to.UtcDateTime);
            day >= DateOnly.FromDateTime(from.UtcDateTime) && paths.Count <= limit;
            day = day.AddDays(-1)
        )
            paths.AddRange((await DayAsync(day, first, last, cancellation)).Take(limit + 1 - paths.Count));
        var records = await ReadAsync(paths.Take(limit).ToList(), cancellation);
        return new(records, paths.Count > limit ? paths[limit - 1] : null);
    }

    private async Task<List<string>> DayAsync(DateOnly day, string first, string last, CancellationToken cancellation)
    {
        var paths = new List<string>();
        var prefix = ControlPaths.AuditDay(day);
        if (string.CompareOrdinal(prefix, last) > 0)
            return paths;
        await foreach (var path in store.ListAsync(prefix, null, cancellation))
        {
            if (string.CompareOrdinal(path, first) >= 0 && string.CompareOrdinal(path, last) < 0)
                paths.Add(path);
        }
        paths.Reverse();
        return paths;
    }

    private async Task<ImmutableArray<AuditEntry>> ReadAsync(List<string> paths, CancellationToken cancellation)
    {
        var entries = new AuditEntry[paths.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellation };
        await Parallel.ForAsync(0, paths.Count, parallel, async (i, stop) => entries[i] = new(paths[i], await ReadAsync(paths[i], stop)));
        return [.. entries];
    }

    /// <summary>Null: what lies there isn't what was written.</summary>
    private async Task<AuditRecord?> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            if (await ControlReading.StoredAsync(store, path, cancellation) is not { } stored)
                return null;
            var digest = ContentDigest.Of(stored.Content.Span);
            return ControlReading.Parse(
                store,
                path,
                stored.Content.Span,
                AuditJson.Readable.AuditRecord,
                record => PathOf(record.At, digest) == path ? null : "it isn't what was written"
            );
        }
        catch (ControlException unusable) when (unusable.IsOfDocument)
        {
            return null;
        }
    }

    private static AuditRecord WithoutSecrets(AuditRecord record) =>
        record with
        {
            At = record.At.ToUniversalTime(),
            Who = new(SecretText.Withhold(record.Who.Id), SecretText.Withhold(record.Who.Name)),
            Target = SecretText.Withhold(record.Target),
            From = SecretText.Withhold(record.From),
            RequestId = SecretText.Withhold(record.RequestId),
            Detail = record.Detail is null ? null : SecretText.Withhold(record.Detail),
        };

    private static string PathOf(DateTimeOffset at, ContentDigest content) => $"{PrefixOf(at)}-{content.ToString()[..IdDigits]}.json";

    private static string PrefixOf(DateTimeOffset at) =>
        ControlPaths.AuditDay(DateOnly.FromDateTime(at.UtcDateTime))
        + at.UtcDateTime.ToString("HHmmssfffffff", CultureInfo.InvariantCulture);
}
