using System.Text.Json.Nodes;
using Holdfast.Control.Reading;

namespace Holdfast.AzureCloud.ManagedClusters;

/// <summary>
/// Takes out of a resource's model whatever may be secret. Azure returns none of its own secrets, but people put theirs into settings of
/// add-ons, tags and proxies. By name where a name says it; addresses lose their passwords and queries. Pure.
/// </summary>
internal static class SecretMembers
{
    private static readonly string[] Names =
    [
        "password",
        "secret",
        "token",
        "connectionString",
        "accessKey",
        "privateKey",
        "apiKey",
        "credential",
        "sas",
    ];

    /// <returns>Where something was taken out: <c>properties.windowsProfile.adminPassword</c>.</returns>
    public static IReadOnlyList<string> TakeOut(JsonObject model)
    {
        var places = new List<string>();
        Walk(model, "", places);
        return places;
    }

    private static void Walk(JsonNode? node, string place, List<string> places)
    {
        if (node is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (Cleaned(list[i], $"{place}[{i}]", places) is { } text)
                    list[i] = text;
            }
        }
        else if (node is JsonObject members)
        {
            foreach (var name in members.Select(m => m.Key).ToList())
            {
                var inner = place.Length == 0 ? name : $"{place}.{name}";
                var value = members[name];
                if (IsSecret(name, value))
                {
                    members.Remove(name);
                    places.Add(inner);
                }
                else if (Cleaned(value, inner, places) is { } text)
                {
                    members[name] = text;
                }
            }
        }
    }

    /// <returns>What stands in place of a text that has a secret in it; null: the node stays.</returns>
    private static string? Cleaned(JsonNode? node, string place, List<string> places)
    {
        if (TextOf(node) is not { } text)
        {
            Walk(node, place, places);
            return null;
        }
        var without = WithoutSecret(text);
        if (without == text)
            return null;
        places.Add(place);
        return without;
    }

    /// <summary>A switch such as <c>enableSecretRotation</c> isn't one.</summary>
    private static bool IsSecret(string name, JsonNode? value) =>
        TextOf(value) is { Length: > 0 } text && (NamesSecret(name, text) || SecretText.KindOf(WithoutSecret(text)) is not null);

    private static bool NamesSecret(string name, string text) =>
        !bool.TryParse(text, out _)
        && Array.Exists(Names, part => name.Contains(part, StringComparison.OrdinalIgnoreCase) && !IsWordPart(name, part))
        && !text.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase);

    /// <summary><c>sas</c> inside of another word says nothing.</summary>
    private static bool IsWordPart(string name, string part) =>
        part == "sas" && !name.EndsWith("Sas", StringComparison.Ordinal) && !name.StartsWith("sas", StringComparison.Ordinal);

    private static string WithoutSecret(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !text.Contains("://", StringComparison.Ordinal))
            return text;
        var isSigned = url.Query.Contains("sig=", StringComparison.OrdinalIgnoreCase);
        if (url.UserInfo.Length == 0 && !isSigned)
            return text;
        var kept = isSigned ? UriComponents.HttpRequestUrl & ~UriComponents.Query : UriComponents.HttpRequestUrl;
        return url.GetComponents(kept, UriFormat.UriEscaped);
    }

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
