using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Manifests;

namespace Holdfast.Control.Reading;

/// <summary>
/// One JSON object of a control document, which knows its place. Reading a member that is missing or of another form notes a problem and
/// gives null, so that one pass finds all that is wrong; a member that was not asked for is unknown.
/// </summary>
internal sealed class DocumentSection(JsonElement element, string path, List<DocumentProblem> problems)
{
    private const int LongestText = 32 * 1024;
    private readonly List<string> asked = [];

    public bool Has(string member) => element.TryGetProperty(member, out _);

    public void Problem(string? member, string what, string why, string instead) => problems.Add(new(PathOf(member), what, why, instead));

    public void ItemProblem(string member, int index, string what, string why, string instead) =>
        problems.Add(new($"{PathOf(member)}[{index}]", what, why, instead));

    /// <summary>Null: missing, or no text, or a secret; the latter two are problems.</summary>
    public string? Text(string member, string example)
    {
        if (Find(member) is not { } found)
            return null;
        return TextOf(found, PathOf(member), example);
    }

    public string? RequiredText(string member, string why, string example)
    {
        if (Ask(member).Missing)
            Problem(member, "is missing", why, $"Add \"{member}\": \"{example}\"");
        return Text(member, example);
    }

    /// <summary>Null: missing, or no whole number of that range, which is a problem.</summary>
    public int? Whole(string member, int least, int most, string unit)
    {
        if (Find(member) is not { } found)
            return null;
        if (found.ValueKind == JsonValueKind.Number && found.TryGetInt32(out var value) && value >= least && value <= most)
            return value;
        Misformed(
            member,
            found,
            $"{Shown(found)} is out of range",
            $"{unit} are counted in whole numbers from {Number(least)} to {Number(most)}",
            $"Write a number such as {Number(Math.Max(least, 1))}, without quotes"
        );
        return null;
    }

    /// <summary>False: missing, or neither true nor false, which is a problem.</summary>
    public bool Flag(string member)
    {
        if (Find(member) is not { } found)
            return false;
        if (found.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return found.ValueKind == JsonValueKind.True;
        Misformed(member, found, $"is {Kind(found)}", "true or false is expected", $"Write \"{member}\": true, or leave it out");
        return false;
    }

    public DocumentSection? Inner(string member)
    {
        if (Find(member) is not { } found)
            return null;
        if (found.ValueKind == JsonValueKind.Object)
            return new(found, PathOf(member), problems);
        Misformed(
            member,
            found,
            $"is {Kind(found)}",
            "an object with members is expected",
            $"Write \"{member}\": {{ ... }}, or leave it out"
        );
        return null;
    }

    public DocumentSection? RequiredInner(string member, string why, string example)
    {
        if (Ask(member).Missing)
            Problem(member, "is missing", why, $"Add \"{member}\": {example}");
        return Inner(member);
    }

    /// <summary>
    /// The texts of a list, with their positions; none where the member is missing. What isn't a text, or there twice, is a problem.
    /// </summary>
    /// <param name="mayRepeat">The same text may be there twice.</param>
    public ImmutableArray<string> Texts(string member, string example, bool mayRepeat = false)
    {
        if (Find(member) is not { } found)
            return [];
        if (found.ValueKind != JsonValueKind.Array)
        {
            Misformed(member, found, $"is {Kind(found)}", "a list of texts is expected", $"Write \"{member}\": [\"{example}\"]");
            return [];
        }
        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (var item in found.EnumerateArray())
        {
            var index = texts.Count;
            texts.Add(TextOf(item, $"{PathOf(member)}[{index}]", example) ?? "");
            if (!mayRepeat && texts[index].Length > 0 && texts.IndexOf(texts[index]) < index)
                ItemProblem(member, index, $"'{texts[index]}' is listed twice", "the second adds nothing", "Remove one");
        }
        return texts.ToImmutable();
    }

    /// <summary>The objects of a list; none where the member is missing. What isn't an object is a problem.</summary>
    /// <param name="example">One of them, as JSON.</param>
    public ImmutableArray<DocumentSection> Sections(string member, string example)
    {
        if (Find(member) is not { } found)
            return [];
        if (found.ValueKind != JsonValueKind.Array)
        {
            Misformed(member, found, $"is {Kind(found)}", "a list of objects is expected", $"Write \"{member}\": [{example}]");
            return [];
        }
        var sections = ImmutableArray.CreateBuilder<DocumentSection>();
        var index = 0;
        foreach (var item in found.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object)
                sections.Add(new(item, $"{PathOf(member)}[{index}]", problems));
            else
                ItemProblem(member, index, $"is {Kind(item)}", "an object is expected", $"Write {example}");
            index++;
        }
        return sections.ToImmutable();
    }

    /// <summary>The members of a map of texts.</summary>
    public IEnumerable<KeyValuePair<string, string>> TextMap(string member, string example)
    {
        if (Inner(member) is not { } inner)
            yield break;
        foreach (var property in inner.Members())
        {
            if (inner.Text(property, example) is { } text)
                yield return new(property, text);
        }
        inner.RefuseUnknown();
    }

    /// <summary>To be called last: a member that was not asked for, or is listed twice, is a problem.</summary>
    public void RefuseUnknown()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (!seen.Add(property.Name))
                Problem(property.Name, "is listed twice", "readers would disagree on which one counts", "Remove one");
            else if (!asked.Contains(property.Name))
                RefuseUnknown(property);
        }
    }

    private void RefuseUnknown(JsonProperty property)
    {
        var kind = property.Value.ValueKind == JsonValueKind.String ? SecretText.KindOf(property.Value.GetString()!) : null;
        if (kind is not null || SecretText.IsSecretName(property.Name))
            Secret(PathOf(property.Name), kind ?? "a secret");
        else
            Problem(
                property.Name,
                "is unknown",
                "an unknown member is usually misspelt",
                $"Remove it, or write one of {string.Join(", ", asked)}{NearMatches.Among(property.Name, asked)}"
            );
    }

    private IEnumerable<string> Members() => element.EnumerateObject().Select(p => p.Name).Distinct(StringComparer.Ordinal);

    private (bool Missing, JsonElement Value) Ask(string member)
    {
        if (!asked.Contains(member))
            asked.Add(member);
        return element.TryGetProperty(member, out var value) ? (false, value) : (true, default);
    }

    private JsonElement? Find(string member)
    {
        var (missing, value) = Ask(member);
        return missing ? null : value;
    }

    private string? TextOf(JsonElement value, string at, string example)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : null;
        if (text is null)
            problems.Add(new(at, $"is {Kind(value)}", "a text is expected", $"Write \"{example}\", or leave it out"));
        else if (SecretText.KindOf(text) is { } kind)
            Secret(at, kind);
        else if (text.Trim().Length == 0)
            problems.Add(new(at, "is empty", "an empty text says nothing", $"Write \"{example}\", or leave it out"));
        else if (text.Length > LongestText)
            problems.Add(
                new(at, $"has {Number(text.Length)} characters", $"no text here needs more than {Number(LongestText)}", "Shorten it")
            );
        else
            return text;
        return null;
    }

    /// <summary>What stands where something else belongs is reported as a secret when it is one.</summary>
    private void Misformed(string member, JsonElement value, string what, string why, string instead)
    {
        if (value.ValueKind == JsonValueKind.String && SecretText.KindOf(value.GetString()!) is { } kind)
            Secret(PathOf(member), kind);
        else
            Problem(member, what, why, instead);
    }

    private void Secret(string at, string kind) =>
        problems.Add(
            new(
                at,
                $"holds {kind}",
                "control documents are read by many and copied into every recovery point, so no secret may stand in one",
                "Put it into an Azure Key Vault secret and name that under authentication.keyVault: { \"vault\": "
                    + "\"https://NAME.vault.azure.net\", \"secret\": \"SECRET-NAME\" }; if it was stored anywhere, replace it"
            )
        );

    private string PathOf(string? member) =>
        member is null ? path
        : Simple(member) ? $"{path}.{member}"
        : $"{path}['{Quoted.Short(member)}']";

    private static bool Simple(string member) =>
        member.Length is > 0 and <= 63 && member.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$');

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Shown(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? Quoted.Short(value.GetRawText()) : Kind(value);

    private static string Kind(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "a text",
            JsonValueKind.Number => "a number",
            JsonValueKind.Null => "null",
            _ => "true or false",
        };
}
