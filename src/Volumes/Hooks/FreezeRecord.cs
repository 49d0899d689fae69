using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Control;

namespace Holdfast.Volumes.Hooks;

/// <summary>
/// A document of the control container that stands for as long as applications may be stopped by pre hooks: the next attempt learns from it
/// whose post hooks to run after a process died. Holds the names of pods, and no commands.
/// </summary>
/// <param name="path">Of this capture of this cluster alone, the same at each attempt.</param>
public sealed class FreezeRecord(IDocumentStore documents, string path)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>The pods, in the order of their pre hooks; null: no record.</returns>
    internal async Task<(ImmutableArray<string>? Pods, string ETag)?> ReadAsync(CancellationToken cancellation)
    {
        if (await documents.ReadAsync(path, cancellation) is not { } stored)
            return null;
        return (Parse(stored.Content.Span), stored.ETag);
    }

    /// <returns>Null: there is a record already.</returns>
    internal Task<string?> CreateAsync(IEnumerable<string> pods, CancellationToken cancellation) =>
        documents.CreateAsync(
            path,
            JsonSerializer.SerializeToUtf8Bytes(new FreezeDocument([.. pods]), FreezeJson.Default.FreezeDocument),
            cancellation
        );

    /// <summary>
    /// False: another attempt has taken over, and has run the post hooks. If the store doesn't answer soon, the record counts as ours:
    /// applications mustn't stay stopped.
    /// </summary>
    internal Task<bool> IsOursAsync(string etag, TimeProvider time) =>
        SoonAsync(async soon => (await documents.ReadAsync(path, soon))?.ETag == etag, time);

    /// <summary>As <see cref="IsOursAsync"/>; a record that stays has the post hooks run once more by the next attempt.</summary>
    internal Task<bool> DeleteAsync(string etag, TimeProvider time) => SoonAsync(soon => documents.DeleteAsync(path, etag, soon), time);

    private static async Task<bool> SoonAsync(Func<CancellationToken, Task<bool>> ask, TimeProvider time)
    {
        using var soon = new CancellationTokenSource(Patience, time);
        try
        {
            return await ask(soon.Token);
        }
#pragma warning disable CA1031 // Whatever the store's trouble is, post hooks that ran twice are better than none.
        catch (Exception)
#pragma warning restore CA1031
        {
            return true;
        }
    }

    /// <summary>Null: damaged.</summary>
    internal static ImmutableArray<string>? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, FreezeJson.Default.FreezeDocument)?.Pods is { IsDefault: false } pods ? pods : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal sealed record FreezeDocument(ImmutableArray<string> Pods);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FreezeDocument))]
internal sealed partial class FreezeJson : JsonSerializerContext;
