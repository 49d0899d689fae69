using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Control;

/// <summary>
/// Documents of one run that are created once and never changed, so that of steps that were repeated, or done by two processes at a time,
/// exactly one counts, and every process continues from that one. Thread-safe.
/// </summary>
/// <param name="control">Null: only this process does the run, which ends with it; they stay in memory.</param>
/// <param name="folder">Of the run alone; ends with a slash.</param>
public sealed class OnceDocuments(IDocumentStore? control, string folder)
{
    private readonly ConcurrentDictionary<string, object> alone = new();

    /// <param name="name">Below the folder.</param>
    /// <param name="renew">As of <see cref="ControlReading"/>.</param>
    /// <returns>Null: there is none.</returns>
    public async Task<T?> FindAsync<T>(
        string name,
        JsonTypeInfo<T> type,
        CancellationToken cancellation,
        Func<JsonObject, bool>? renew = null
    )
        where T : class =>
        control is null
            ? (T?)alone.GetValueOrDefault(name)
            : (await control.ReadAsync(folder + name, type, cancellation, renew: renew))?.Document;

    /// <summary>Creates the document.</summary>
    /// <returns>The one that counts: this value, or what was there before.</returns>
    /// <exception cref="InvalidOperationException">It was there a moment ago and is gone: the run has already ended.</exception>
    public async Task<T> CreateAsync<T>(
        string name,
        T value,
        JsonTypeInfo<T> type,
        CancellationToken cancellation,
        Func<JsonObject, bool>? renew = null
    )
        where T : class
    {
        if (control is null)
            return (T)alone.GetOrAdd(name, value);
        if (await control.CreateAsync(folder + name, JsonSerializer.SerializeToUtf8Bytes(value, type), cancellation) is not null)
            return value;
        return await FindAsync(name, type, cancellation, renew)
            ?? throw new InvalidOperationException($"{folder}{name} was there a moment ago and is gone: the run has already ended");
    }

    /// <summary>Deletes all of them.</summary>
    public async Task ClearAsync(CancellationToken cancellation)
    {
        alone.Clear();
        if (control is null)
            return;
        await foreach (var path in control.ListAsync(folder, null, cancellation))
            await control.DeleteAsync(path, null, cancellation);
    }
}
