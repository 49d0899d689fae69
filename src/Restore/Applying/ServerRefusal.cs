using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;

namespace Holdfast.Restore.Applying;

/// <summary>
/// What a refused write means for its step: something later may cure it, or it has failed. And how to say it without any secret. Pure.
/// </summary>
internal static class ServerRefusal
{
    private const int ShortestSecret = 3;
    private const string ReplaceAdvice = "a server-side apply of it can't succeed; plan it with --existing replace, which sends it whole";

    // The server's own words for what isn't there yet: a service account, a priority class, a quota without status or without room, a
    // policy's parameters, a namespace or definition that is going. Admission (kube-apiserver, plugin/pkg/admission/*) answers 403 or 422
    // with them, and with no cause that a program could read: the words are the only information.
    private static readonly string[] Curable =
    [
        "not found",
        "was found",
        "no params found",
        "status unknown for quota",
        "exceeded quota",
        "being terminated",
        "is terminating",
        "object has been modified",
        "not yet",
    ];

    // Of the object itself, though the server answers 500 with nothing but these words: too large for etcd (its client's and server's
    // errors, passed through) or for a message, not to be merged (structured-merge-diff), not to be decoded (apimachinery's serializers).
    private static readonly string[] OfTheObject =
    [
        "request is too large",
        "message larger than max",
        "duplicate entries for key",
        "duplicate entries for set",
        "field not declared in schema",
        "failed to create typed",
        "failed to convert",
        "strict decoding error",
        "unable to decode",
        "no kind \"",
    ];

    /// <param name="sent">The body that was refused: shows which words would be a Secret's.</param>
    /// <param name="namespaceMayCome">The restore may still bring the step's namespace.</param>
    /// <param name="over">How a live object was to be written over; null: it was to be created.</param>
    public static StepOutcome Outcome(RestoreStep step, WriteResult answer, JsonObject sent, bool namespaceMayCome, StepAction? over = null)
    {
        if (IsCurable(answer, namespaceMayCome))
            return new(step.Number, OutcomeKind.Deferred, Explain(step, answer, sent));
        var outcome = new StepOutcome(step.Number, OutcomeKind.Failed, Explain(step, answer, sent));
        return over == StepAction.Update && (IsOfTheObject(answer) || answer.Code is 413 or 422) ? outcome.With(ReplaceAdvice) : outcome;
    }

    /// <summary>What stands behind the server did not answer, so that other writes of the type may fail as well.</summary>
    public static bool IsOfABackend(WriteResult answer) => answer.Status == WriteStatus.Unavailable && !IsOfTheObject(answer);

    /// <summary>The server's message; of a Secret only where it can't quote what was sent.</summary>
    public static string Explain(RestoreStep step, WriteResult answer, JsonObject sent)
    {
        var message = answer.Message ?? $"the server answered {answer.Code} {answer.Reason}".TrimEnd();
        if (step.Resource != KnownTypes.Secrets)
            return message;
        // A body that the server can't decode is quoted in pieces; anything else could only quote whole values.
        return
            answer.Code == 400
            || SecretTexts(sent).Any(text => text.Length >= ShortestSecret && message.Contains(text, StringComparison.Ordinal))
            ? $"the server refused it ({answer.Code} {answer.Reason}{Fields(answer)}); its message is withheld, since it may quote "
                + "secret data"
            : message;
    }

    private static bool IsCurable(WriteResult answer, bool namespaceMayCome) =>
        answer.Status switch
        {
            WriteStatus.Unavailable => !IsOfTheObject(answer),
            WriteStatus.Conflict => true,
            WriteStatus.NotFound => answer.Missing != MissingPart.Namespace || namespaceMayCome,
            WriteStatus.Forbidden or WriteStatus.Invalid => Says(answer, Curable) && !IsOfAField(answer),
            _ => false,
        };

    private static bool IsOfTheObject(WriteResult answer) => answer.Status == WriteStatus.Unavailable && Says(answer, OfTheObject);

    /// <summary>The server's validation names a field of the object: what isn't found there is something else of the same object.</summary>
    private static bool IsOfAField(WriteResult answer) =>
        answer.Code == 422
        && Causes(answer)
            .Any(c => c.Text("field") is { Length: > 0 } && c.Text("reason")?.StartsWith("FieldValue", StringComparison.Ordinal) == true);

    private static bool Says(WriteResult answer, string[] words) =>
        words.Any(w => answer.Message?.Contains(w, StringComparison.OrdinalIgnoreCase) == true);

    private static string Fields(WriteResult answer)
    {
        var fields = Causes(answer).Select(c => $"{c.Text("field")}: {c.Text("reason")}").Distinct().ToList();
        return fields.Count == 0 ? "" : $"; {string.Join(", ", fields)}";
    }

    private static IReadOnlyList<JsonObject> Causes(WriteResult answer)
    {
        try
        {
            return [.. ManifestJson.Parse(answer.Body.Span).Object("details").Objects("causes")];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static IEnumerable<string> SecretTexts(JsonObject secret)
    {
        var data = secret.Object("data") ?? [];
        foreach (var (key, _) in data)
        {
            var text = data.Text(key) ?? "";
            yield return text;
            if (Base64.IsValid(text))
                yield return Encoding.UTF8.GetString(Convert.FromBase64String(text)).Trim();
        }
        var plain = secret.Object("stringData") ?? [];
        foreach (var (key, _) in plain)
            yield return plain.Text(key) ?? "";
    }
}
