using Holdfast.Archive.Format;
using Holdfast.Functions.Problems;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Functions.Api.Routing;

/// <summary>The state of a document that an edit was made for.</summary>
/// <param name="Create">It must not exist yet.</param>
/// <param name="ETag">It must still be this one, as the store gave it; null: whatever it is.</param>
internal readonly record struct Precondition(bool Create, string? ETag)
{
    /// <param name="current">The store's tag of what is there; null: nothing is.</param>
    /// <exception cref="ProblemException">The edit was made for another state, or says none where there is something to lose.</exception>
    public static Precondition Of(IHeaderDictionary headers, string? current)
    {
        if (headers.IfNoneMatch.Count > 0)
        {
            if (headers.IfNoneMatch.ToString().Trim() != "*")
                throw new ProblemException(
                    Problem.BadRequest(
                        "If-None-Match of an edit can only be '*': it must not exist yet",
                        new ProblemError("If-None-Match", "use *")
                    )
                );
            return current is null
                ? new(true, null)
                : throw new ProblemException(Problem.Changed("it exists already: read it, and send its ETag as If-Match to replace it"));
        }
        if (headers.IfMatch.Count > 0)
        {
            return current is not null && ETags.Matches(headers.IfMatch, ETags.Quoted(current))
                ? new(false, current)
                : throw new ProblemException(
                    Problem.Changed(
                        current is null
                            ? "it doesn't exist any more, or never did"
                            : "it was changed since it was read: read it again, and repeat the edit"
                    )
                );
        }
        return current is null
            ? new(true, null)
            : throw new ProblemException(
                Problem.PreconditionRequired(
                    "it exists: read it, and send its ETag as If-Match; or If-Match: * to change it whatever it is now"
                )
            );
    }
}

internal static class ETags
{
    /// <summary>A store's tag as a header has it.</summary>
    public static string Quoted(string etag) => $"\"{etag.Trim('"')}\"";

    public static string Of(ContentDigest digest) => Quoted(digest.ToString()[..32]);

    /// <summary>Whether a header's list has the tag, or <c>*</c>.</summary>
    public static bool Matches(StringValues header, string etag) =>
        header.Count > 0
        && EntityTagHeaderValue.TryParseList(header, out var tags)
        && tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Tag.Equals(etag, StringComparison.Ordinal));
}
