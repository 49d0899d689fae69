using System.Text.Json;
using System.Text.Unicode;
using Holdfast.Clusters.Connections;
using Holdfast.Machine.Faults;

namespace Holdfast.Clusters.Writing;

/// <summary>Maps the API server's statuses to the result for one object.</summary>
internal static class WriteAnswers
{
    private static readonly JsonDocumentOptions Whole = new()
    {
        MaxDepth = AnswerLimits.Default.ObjectDepth,
        AllowDuplicateProperties = false,
    };

    public static WriteResult Interpret(WholeAnswer answer)
    {
        if (answer.IsSuccess)
            return IsObject(answer.Body) ? new(WriteStatus.Done, answer.Code, answer.Body) : NoObject(answer);
        var said = StatusDocument.Parse(answer.Body);
        var missing = answer.Code == 404 ? MissingOf(answer.Body, said) : MissingPart.None;
        return new(StatusOf(answer.Code, said.Reason), answer.Code, answer.Body, said.Reason, Explain(said, missing, answer))
        {
            Missing = missing,
        };
    }

    /// <summary>A proxy answered: whether the server has the object is unknown, and a retry finds out.</summary>
    private static WriteResult NoObject(WholeAnswer answer) =>
        new(
            WriteStatus.Unavailable,
            answer.Code,
            answer.Body,
            null,
            $"the answer {answer.Code} to {answer.Asked} isn't a JSON object: check the proxies between here and the API server"
        );

    /// <summary>One that readers of objects take: no API server's encoder makes another.</summary>
    private static bool IsObject(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Whole);
            return document.RootElement.ValueKind == JsonValueKind.Object && Utf8.IsValid(body) && HasWholeCharacters(body);
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return false;
        }
    }

    /// <exception cref="InvalidOperationException">An escape is half a character.</exception>
    private static bool HasWholeCharacters(byte[] body)
    {
        if (body.AsSpan().IndexOf("\\ud"u8) < 0 && body.AsSpan().IndexOf("\\uD"u8) < 0)
            return true;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Whole.MaxDepth });
        while (reader.Read())
        {
            if ((reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) && reader.ValueIsEscaped)
                _ = reader.GetString();
        }
        return true;
    }

    private static WriteStatus StatusOf(int code, string? reason) =>
        code switch
        {
            409 => reason == "AlreadyExists" ? WriteStatus.AlreadyExists : WriteStatus.Conflict,
            404 => WriteStatus.NotFound,
            403 => WriteStatus.Forbidden,
            >= 500 => WriteStatus.Unavailable,
            _ => WriteStatus.Invalid,
        };

    /// <summary>
    /// The server's 404 for a path that isn't served is plain text or a Status without details; for an object it names the kind and name.
    /// </summary>
    private static MissingPart MissingOf(byte[] body, StatusDocument said)
    {
        if (said.Reason is null || said.Message == "the server could not find the requested resource")
            return MissingPart.Type;
        return IsNamespace(body) ? MissingPart.Namespace : MissingPart.Object;
    }

    private static bool IsNamespace(byte[] body)
    {
        try
        {
            return JsonText.Find(body, "details", "kind") == "namespaces";
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return false;
        }
    }

    private static string Explain(StatusDocument said, MissingPart missing, WholeAnswer answer) =>
        missing switch
        {
            MissingPart.Type => $"the server doesn't serve {answer.Asked}",
            _ => said.Message ?? $"the server answered {answer.Code} to {answer.Asked} without a reason",
        };
}
