using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.Cli.Configuration;

/// <summary>A value of a configuration file, checked, and as the setting's variable has it.</summary>
internal static class SettingValue
{
    private static readonly string[] PartsOfSecrets = ["-----BEGIN", "AccountKey=", "SharedAccessSignature=", "sig="];

    /// <param name="folder">Of the configuration file.</param>
    /// <param name="problem">Behind the setting's name; set where null is returned. A value isn't repeated: it may be a secret.</param>
    public static string? Read(Setting setting, JsonNode? node, string folder, out string problem)
    {
        problem = "";
        if (Text(setting, node) is not { } texts)
            problem = $"must be {Expected(setting)}";
        else if (texts.Exists(IsSecret))
            problem = "holds a secret, which isn't accepted in this file: name a file, a Key Vault's key, or set the variable";
        else if (setting.Form == SettingForm.Addresses && !texts.TrueForAll(IsAddress))
            problem = $"must be {Expected(setting)}";
        else
            return Joined(setting, [.. texts.Select(text => Resolved(setting, text, folder))]);
        return null;
    }

    /// <summary>As it may be shown.</summary>
    public static string WithoutSecret(string text) => IsSecret(text) ? Setting.Redacted : text;

    /// <returns>Null: it is of another type.</returns>
    private static List<string>? Text(Setting setting, JsonNode? node) =>
        (setting.Form, node) switch
        {
            (SettingForm.Flag, JsonValue value) when value.TryGetValue(out bool flag) => [flag ? "true" : "false"],
            (SettingForm.Number, JsonValue value) when value.TryGetValue(out int number) && number > 0 =>
            [
                number.ToString(CultureInfo.InvariantCulture),
            ],
            (SettingForm.Flag or SettingForm.Number, _) => null,
            (SettingForm.Paths or SettingForm.Addresses, JsonArray { Count: > 0 } list) => Texts(list),
            (SettingForm.Choice, JsonValue value) when value.TryGetValue(out string? choice) && setting.Choices.Contains(choice) =>
            [
                choice,
            ],
            (SettingForm.Choice, _) => null,
            (_, JsonValue value) when value.TryGetValue(out string? text) && !string.IsNullOrWhiteSpace(text) => [text],
            _ => null,
        };

    private static List<string>? Texts(JsonArray list)
    {
        var texts = new List<string>();
        foreach (var item in list)
        {
            if (item is not JsonValue value || !value.TryGetValue(out string? text) || string.IsNullOrWhiteSpace(text))
                return null;
            texts.Add(text);
        }
        return texts;
    }

    private static string Expected(Setting setting) =>
        setting.Form switch
        {
            SettingForm.Path => "the path of a file or a folder",
            SettingForm.Paths => "the path of a file, or a list of them",
            SettingForm.Place => "a path or a URL",
            SettingForm.Addresses => "an https URL, or a list of them",
            SettingForm.Number => "a number above 0",
            SettingForm.Flag => "true or false",
            SettingForm.Choice => string.Join(" or ", setting.Choices),
            _ => "a text; quote it if it looks like a number",
        };

    private static bool IsSecret(string text) =>
        PartsOfSecrets.Any(part => text.Contains(part, StringComparison.OrdinalIgnoreCase))
        || (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.UserInfo.Length > 0);

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps;

    private static string Resolved(Setting setting, string text, string folder) =>
        setting.Form is not (SettingForm.Path or SettingForm.Paths or SettingForm.Place) || Setting.IsUrl(text) ? text
        : text == "~" || text.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), text[1..])
        : Path.GetFullPath(text, folder);

    private static string Joined(Setting setting, string[] texts) =>
        string.Join(setting.Form == SettingForm.Paths ? Path.PathSeparator : ',', texts);
}
