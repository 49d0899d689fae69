using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Control;
using Holdfast.Control.Documents;

namespace Holdfast.Cli.Editing;

/// <summary>What became of a document.</summary>
internal enum EditResult
{
    Created,
    Replaced,
    Unchanged,
}

/// <summary>
/// Edits documents of one kind, each as it was when it was read: an edit by someone else in between is never overwritten. Every edit is
/// recorded in the service's audit.
/// </summary>
internal sealed class ControlEdit<T>(EditedKind<T> kind, IDocumentStore control, Invocation invocation)
    where T : class
{
    private readonly ControlDocuments documents = new(control);

    /// <returns>Null: there is none.</returns>
    public Task<KeptDocument<T>?> FindAsync(string name) => kind.Find(documents, name, invocation.Cancellation);

    /// <exception cref="FailedException">There is none, or the name isn't one.</exception>
    public async Task<KeptDocument<T>> RequireAsync(string name) =>
        await FindAsync(name)
        ?? throw new FailedException($"there is no {kind.Noun} '{name}'; `holdfast {kind.Plural} list` shows those that there are");

    /// <summary>What putting it would do.</summary>
    /// <param name="before">What it replaces, as it was read; null: there was none.</param>
    public EditResult Compare(T document, KeptDocument<T>? before) =>
        before is null ? EditResult.Created
        : before.Document is { } same && kind.ToJson(same).AsSpan().SequenceEqual(kind.ToJson(document)) ? EditResult.Unchanged
        : EditResult.Replaced;

    /// <param name="before">What it replaces, as it was read; null: there was none.</param>
    /// <exception cref="FailedException">It was changed in between.</exception>
    public async Task<EditResult> PutAsync(T document, KeptDocument<T>? before)
    {
        var result = Compare(document, before);
        if (result == EditResult.Unchanged)
            return result;
        await AuditedAsync(
            "replace",
            kind.NameOf(document),
            before is null ? "created" : $"replaced {before.ETag}",
            async () =>
                await (
                    before is null
                        ? kind.Create(documents, document, invocation.Cancellation)
                        : kind.Replace(documents, document, before.ETag, invocation.Cancellation)
                )
                    is not null
        );
        return result;
    }

    /// <exception cref="FailedException">It was changed in between.</exception>
    public Task DeleteAsync(KeptDocument<T> kept) =>
        AuditedAsync(
            "delete",
            kept.Name,
            $"deleted {kept.ETag}",
            () => kind.Delete(documents, kept.Name, kept.ETag, invocation.Cancellation)
        );

    private Task<bool> AuditedAsync(string action, string name, string detail, Func<Task<bool>> edit) =>
        LocalAudit.AroundAsync(
            invocation,
            control,
            $"{kind.Plural}.{action}",
            $"/api/{kind.Plural}/{name}",
            detail,
            async () =>
                await edit()
                    ? true
                    : throw new FailedException(
                        $"the {kind.Noun} '{name}' was changed at the same time: look at it, and repeat the command"
                    )
        );
}
