using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Machine.Faults;

namespace Holdfast.Control;

/// <summary>
/// Reads the documents that the service itself writes: orders, reports, schedules, ledgers, notes, the audit. One rule for all of them, so
/// that what an upgrade left behind outlives a rollback and the other way round: unknown members are passed over, and what isn't whole
/// (no JSON, a member missing or null that must be there, an unknown word, a newer <c>version</c>) is a <see cref="ControlException"/> that
/// names the document. Each finding is kept in the store's <see cref="IDocumentStore.Unusable"/>.
/// </summary>
public static class ControlReading
{
    /// <summary>The <c>version</c> that this program writes and reads; documents without one are of it.</summary>
    private const int CurrentVersion = 1;

    /// <summary>Of orders, and of what a run stores between its steps.</summary>
    private const int RunVersion = 2;

    /// <summary>The options of each serializer context, as documents are read.</summary>
    private static readonly ConditionalWeakTable<JsonSerializerOptions, JsonSerializerOptions> Rules = [];

    /// <param name="flaw">Why a well-formed document can't be what its path says; gives null where it can.</param>
    /// <param name="renew">Brings a document that an earlier release wrote into the present shape; false: it is of that shape.</param>
    /// <returns>Null: there is none.</returns>
    /// <exception cref="ControlException">Malformed or NewerVersion: the document can't be used; others: the store.</exception>
    public static async Task<Kept<T>?> ReadAsync<T>(
        this IDocumentStore store,
        string path,
        JsonTypeInfo<T> type,
        CancellationToken cancellation,
        Func<T, string?>? flaw = null,
        Func<JsonObject, bool>? renew = null
    )
        where T : class
    {
        if (await StoredAsync(store, path, cancellation) is { } stored)
        {
            var content = renew is null ? stored.Content : Renewed(stored.Content, renew);
            return new(Parse(store, path, content.Span, type, flaw), stored.ETag);
        }
        store.Unusable.Remove(path);
        return null;
    }

    /// <summary>What isn't a JSON object is left for <see cref="Parse"/> to refuse.</summary>
    private static ReadOnlyMemory<byte> Renewed(ReadOnlyMemory<byte> content, Func<JsonObject, bool> renew)
    {
        try
        {
            return JsonNode.Parse(content.Span) is JsonObject document && renew(document)
                ? Encoding.UTF8.GetBytes(document.ToJsonString())
                : content;
        }
        catch (Exception fault) when (ForeignBytes.AreAtFault(fault))
        {
            return content;
        }
    }

    /// <summary>The bytes of a document, for whoever needs them beside it.</summary>
    /// <returns>Null: there is none.</returns>
    /// <exception cref="ControlException">As <see cref="ReadAsync"/>.</exception>
    internal static async Task<StoredDocument?> StoredAsync(IDocumentStore store, string path, CancellationToken cancellation)
    {
        try
        {
            return await store.ReadAsync(path, cancellation);
        }
        catch (ControlException unusable) when (unusable.IsOfDocument)
        {
            store.Unusable.Add(path, unusable.Message);
            throw;
        }
    }

    /// <summary>The same where one document that can't be used must not keep others from being looked at.</summary>
    /// <returns>Null: there is none, or it can't be used and is in <see cref="IDocumentStore.Unusable"/>.</returns>
    public static async Task<Kept<T>?> TryReadAsync<T>(
        this IDocumentStore store,
        string path,
        JsonTypeInfo<T> type,
        CancellationToken cancellation
    )
        where T : class
    {
        try
        {
            return await store.ReadAsync(path, type, cancellation);
        }
        catch (ControlException unusable) when (unusable.IsOfDocument)
        {
            return null;
        }
    }

    /// <exception cref="ControlException">The content is not a whole document of that type.</exception>
    public static T Parse<T>(
        IDocumentStore store,
        string path,
        ReadOnlySpan<byte> content,
        JsonTypeInfo<T> type,
        Func<T, string?>? flaw = null
    )
        where T : class
    {
        try
        {
            RequireShape(content, path);
            var document = JsonSerializer.Deserialize(content, AsDocument(type)) ?? throw new JsonException("it is null");
            if (flaw?.Invoke(document) is { } why)
                throw new JsonException(why);
            store.Unusable.Remove(path);
            return document;
        }
        catch (ControlException newer)
        {
            store.Unusable.Add(path, newer.Message);
            throw;
        }
        catch (Exception fault) when (ForeignBytes.AreAtFault(fault))
        {
            throw Refuse(store, path, fault);
        }
    }

    /// <summary>A document that turns out later not to be what its path says.</summary>
    public static ControlException Refuse(IDocumentStore store, string path, string what) => Refuse(store, path, new JsonException(what));

    private static ControlException Refuse(IDocumentStore store, string path, Exception fault)
    {
        var refused = new ControlException(
            ControlFailure.Malformed,
            path,
            $"The control document {path} can't be used: {What(fault)}. It was changed by hand, cut short, or written by another "
                + $"version. {ControlPaths.AdviceFor(path)}",
            fault
        );
        store.Unusable.Add(path, refused.Message);
        return refused;
    }

    /// <summary>The serializer's own messages may quote a value: only the place is said.</summary>
    private static string What(Exception fault) =>
        fault is JsonException { Path: { } place } ? $"the value at {place} can't be read"
        : fault is JsonException { LineNumber: { } line } ? $"it is not valid JSON at line {line + 1}"
        : fault is JsonException ? fault.Message
        : "it can't be read";

    private static int KnownVersion(string path) =>
        path.StartsWith(ControlPaths.Orders, StringComparison.Ordinal) || path.StartsWith(ControlPaths.Runs, StringComparison.Ordinal)
            ? RunVersion
            : CurrentVersion;

    /// <summary>An object of this version, without nulls in lists: no document has any, and no reader expects one.</summary>
    private static void RequireShape(ReadOnlySpan<byte> content, string path)
    {
        var reader = new Utf8JsonReader(content);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("it is not a JSON object");
        var atVersion = false;
        while (reader.Read())
        {
            if (
                atVersion
                && reader.TokenType == JsonTokenType.Number
                && !(reader.TryGetInt32(out var version) && version <= KnownVersion(path))
            )
                throw Newer(path);
            atVersion = reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("version"u8);
        }
        if (!WholeLists.Are(content))
            throw new JsonException("a list has a null in it");
    }

    private static ControlException Newer(string path) =>
        new(
            ControlFailure.NewerVersion,
            path,
            $"The control document {path} was written by a newer version of Holdfast: use that version, or its successor. "
                + $"{ControlPaths.AdviceFor(path)}"
        );

    private static JsonTypeInfo<T> AsDocument<T>(JsonTypeInfo<T> type) =>
        (JsonTypeInfo<T>)Rules.GetValue(type.Options, Derive).GetTypeInfo(typeof(T));

    private static JsonSerializerOptions Derive(JsonSerializerOptions options) =>
        new(options)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            TypeInfoResolver = options.TypeInfoResolver!.WithAddedModifier(RequireParameters),
        };

    /// <summary>
    /// A constructor's parameter that has no default and isn't nullable must stand in the document, as a required property must.
    /// </summary>
    private static void RequireParameters(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.AssociatedParameter is { HasDefaultValue: false, IsNullable: false, IsMemberInitializer: false })
                property.IsRequired = true;
        }
    }
}

/// <param name="ETag">For the next edit.</param>
public sealed record Kept<T>(T Document, string ETag);
