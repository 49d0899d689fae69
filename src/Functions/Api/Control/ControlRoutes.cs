using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Control.Documents;
using Holdfast.Control.Reading;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;

namespace Holdfast.Functions.Api.Control;

/// <summary>One kind of document that people edit, and where it is kept.</summary>
/// <param name="Plural">In paths and operations: <c>clusters</c>.</param>
/// <param name="Noun">In words: <c>registered cluster</c>.</param>
/// <param name="Value">The name of the route's value.</param>
/// <param name="Edits">Who may change it.</param>
internal sealed record DocumentKind<T>(
    string Plural,
    string Noun,
    string Value,
    Roles Edits,
    JsonTypeInfo<T> Type,
    JsonTypeInfo<Page<KeptEntry<T>>> PageType
)
    where T : class
{
    public required Func<ReadOnlyMemory<byte>, DocumentReading<T>> Read { get; init; }

    /// <summary>The name inside a document.</summary>
    public required Func<T, string> NameOf { get; init; }
    public required Func<ApiRequest, string?, int, Task<DocumentPage<KeptDocument<T>>>> List { get; init; }

    /// <summary>By name; null: it doesn't exist, or the name isn't a valid one.</summary>
    public required Func<ApiRequest, string, Task<KeptDocument<T>?>> Find { get; init; }
    public required Func<ApiRequest, T, Task<string?>> Create { get; init; }
    public required Func<ApiRequest, T, string, Task<string?>> Replace { get; init; }
    public required Func<ApiRequest, string, string?, Task<bool>> Delete { get; init; }
}

/// <summary>Lists, reads, creates, replaces and deletes documents of a kind; every edit is conditional.</summary>
internal sealed class ControlRoutes<T>(DocumentKind<T> kind)
    where T : class
{
    public ImmutableArray<ApiRoute> All =>
        [
            new(
                "GET",
                $"/{kind.Plural}",
                $"{kind.Plural}.list",
                $"List every {kind.Noun}, in the order of names",
                Roles.AnyReader,
                ListAsync
            )
            {
                Query = Paging.Parameters,
                Gives = [new(200, "A page; documents that can't be used are in it, with what is wrong", kind.PageType)],
                Problems = [400],
            },
            new("GET", One, $"{kind.Plural}.read", $"Read a {kind.Noun}", Roles.AnyReader, ReadAsync)
            {
                Gives = [new(200, "The document", kind.Type)],
                Problems = [404, 422],
                HasETag = true,
            },
            new("PUT", One, $"{kind.Plural}.replace", $"Create or replace a {kind.Noun}", kind.Edits, PutAsync)
            {
                Takes = kind.Type,
                Gives = [new(200, "It was replaced", kind.Type), new(201, "It was created", kind.Type)],
                Problems = [400, 412, 413, 415, 422, 428],
                HasETag = true,
                IsConditional = true,
            },
            new("DELETE", One, $"{kind.Plural}.delete", $"Delete a {kind.Noun}", kind.Edits, DeleteAsync)
            {
                Gives = [new(204, "It is gone")],
                Problems = [404, 412, 428],
                IsConditional = true,
            },
        ];

    private string One => $"/{kind.Plural}/{{{kind.Value}}}";

    private async Task<Answer> ListAsync(ApiRequest request)
    {
        var page = await kind.List(request, request.Continuation, request.Limit);
        var entries = page.Items.Select(kept => new KeptEntry<T>(
            kept.Name,
            ETags.Quoted(kept.ETag),
            kept.Document,
            kept.IsValid ? null : ControlErrors.Errors(kept.Problems)
        ));
        return Answer.Ok(new Page<KeptEntry<T>>([.. entries], page.After is { } after ? Continuations.Write(after) : null), kind.PageType);
    }

    private async Task<Answer> ReadAsync(ApiRequest request)
    {
        var kept = await RequireAsync(request);
        if (!kept.IsValid)
            throw new ProblemException(
                Problem.Invalid(
                    $"the {kind.Noun} '{kept.Name}' was edited into something that can't be used; replace it",
                    ControlErrors.Errors(kept.Problems)
                )
            );
        return Answer.Ok(kept.Document, kind.Type) with { ETag = ETags.Quoted(kept.ETag) };
    }

    private async Task<Answer> PutAsync(ApiRequest request)
    {
        var name = request.Value(kind.Value);
        var document = ControlErrors.Require(kind.Read(await request.BodyAsync()));
        if (kind.NameOf(document) != name)
            throw new ProblemException(
                Problem.Invalid(
                    $"the path says '{name}' and the document '{kind.NameOf(document)}'",
                    new ProblemError("/name", $"write '{name}', or put it under its own name")
                )
            );
        var current = await kind.Find(request, name);
        var precondition = Precondition.Of(request.Headers, current?.ETag);
        var etag = precondition.Create ? await kind.Create(request, document) : await kind.Replace(request, document, precondition.ETag!);
        if (etag is null)
            throw new ProblemException(Problem.Changed("it was changed at the same time: read it again, and repeat the edit"));
        request.AuditDetail = current is null ? "created" : $"replaced {ETags.Quoted(current.ETag)}";
        return Answer.Of(current is null ? 201 : 200, document, kind.Type) with
        {
            ETag = ETags.Quoted(etag),
            Location = current is null ? request.Path : null,
        };
    }

    private async Task<Answer> DeleteAsync(ApiRequest request)
    {
        var kept = await RequireAsync(request);
        var precondition = Precondition.Of(request.Headers, kept.ETag);
        if (!await kind.Delete(request, kept.Name, precondition.ETag))
            throw new ProblemException(Problem.Changed("it was changed at the same time: read it again"));
        request.AuditDetail = $"deleted {ETags.Quoted(kept.ETag)}";
        return Answer.Empty;
    }

    private async Task<KeptDocument<T>> RequireAsync(ApiRequest request) =>
        await kind.Find(request, request.Value(kind.Value))
        ?? throw new ProblemException(Problem.NotFound($"there is no {kind.Noun} '{request.Value(kind.Value)}'"));
}
