using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Writing;
using Holdfast.Protection.Restore.Rules;

namespace Holdfast.Protection.Restore.Applying;

/// <summary>What a refused write means for its step: something later may cure it, or it has failed. And how to say it without any secret. Pure.</summary>
internal static class ServerRefusal
{
    private const int ShortestSecret = 3;

    // The server's own words for what isn't there yet: a service account, a priority class, a quota without status, a policy's parameters, a namespace that is going.
    private static readonly string[] Curable = ["not found", "was found", "no params found", "status unknown for quota", "being terminated", "object has been modified", "not yet"];

    /// <param name="sent">The body that was refused: tells which words would be a Secret's.</param>
    /// <param name="namespaceMayCome">The restore may still bring the step's namespace.</param>
    public static StepOutcome Outcome(RestoreStep step, WriteResult answer, JsonObject sent, bool namespaceMayCome) =>
        new(step.Number, IsCurable(answer, namespaceMayCome) ? OutcomeKind.Deferred : OutcomeKind.Failed, Explain(step, answer, sent));

    /// <summary>The server's message; of a Secret only where it can't quote what was sent.</summary>
    public static string Explain(RestoreStep step, WriteResult answer, JsonObject sent)
    {
        var message = answer.Message ?? $"the server answered {answer.Code} {answer.Reason}".TrimEnd();
        if (step.Resource != "secrets")
            return message;
        // A body that the server can't decode is quoted in pieces; anything else could only quote whole values.
        return answer.Code == 400 || SecretTexts(sent).Any(text => text.Length >= ShortestSecret && message.Contains(text, StringComparison.Ordinal))
            ? $"the server refused it ({answer.Code} {answer.Reason}{Fields(answer)}); its message is withheld, since it may quote secret data"
            : message;
    }

    private static bool IsCurable(WriteResult answer, bool namespaceMayCome) => answer.Status switch
    {
        WriteStatus.Unavailable or WriteStatus.Conflict => true,
        WriteStatus.NotFound => answer.Missing != MissingPart.Namespace || namespaceMayCome,
        WriteStatus.Forbidden or WriteStatus.Invalid => Curable.Any(words => answer.Message?.Contains(words, StringComparison.OrdinalIgnoreCase) == true),
        _ => false,
    };

    private static string Fields(WriteResult answer)
    {
        try
        {
            var causes = ManifestJson.Parse(answer.Body.Span).Object("details").Objects("causes");
            var fields = causes.Select(c => $"{c.Text("field")}: {c.Text("reason")}").Distinct().ToList();
            return fields.Count == 0 ? "" : $"; {string.Join(", ", fields)}";
        }
        catch (JsonException)
        {
            return "";
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
