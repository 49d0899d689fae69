using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Cli.Errors;
using Holdfast.Manifests;

namespace Holdfast.Cli.Configuration;

/// <summary>Reads a configuration file strictly, and collects everything that is wrong with it, each with its line.</summary>
internal sealed class ConfigurationReader(string path)
{
    private const string ProfileMember = "profile";
    private const string ProfilesMember = "profiles";

    private readonly Dictionary<string, long> lines = new(StringComparer.Ordinal);
    private readonly List<string> problems = [];

    /// <exception cref="UsageException">With everything that is wrong.</exception>
    public ConfigurationFile Read(string text)
    {
        var root = Parse(text);
        var profile = root[ProfileMember];
        var profiles = root[ProfilesMember];
        var file = new ConfigurationFile(path)
        {
            Values = ReadValues(root, "", null),
            Profile = root.ContainsKey(ProfileMember) ? ReadProfileName(profile) : null,
            Profiles = root.ContainsKey(ProfilesMember)
                ? ReadProfiles(profiles)
                : ImmutableDictionary<string, ImmutableDictionary<string, FileValue>>.Empty,
        };
        return problems.Count == 0 ? file : throw new UsageException([.. problems]);
    }

    private JsonObject Parse(string text)
    {
        try
        {
            return YamlJson.Read(text, lines) switch
            {
                null => [],
                JsonObject map => map,
                _ => throw new UsageException($"{path} has no settings: members such as 'vault: /backups' are expected"),
            };
        }
        catch (JsonException e)
        {
            throw new UsageException($"{path}: {e.Message}");
        }
    }

    private ImmutableDictionary<string, FileValue> ReadValues(JsonObject map, string pointer, string? profile)
    {
        var values = ImmutableDictionary.CreateBuilder<string, FileValue>(StringComparer.Ordinal);
        foreach (var (name, node) in map)
        {
            if (profile is null && name is ProfileMember or ProfilesMember)
                continue;
            var line = LineOf(pointer, name);
            if (Setting.All.FirstOrDefault(s => s.Member == name) is not { } setting)
                problems.Add(At(line, Unknown(name)));
            else if (SettingValue.Read(setting, node, Path.GetDirectoryName(path)!, out var problem) is { } value)
                values.Add(name, new(value, line, profile));
            else
                problems.Add(At(line, $"{name} {problem}"));
        }
        return values.ToImmutable();
    }

    private string? ReadProfileName(JsonNode? node)
    {
        if (node is JsonValue value && value.TryGetValue(out string? name))
            return name;
        problems.Add(At(LineOf("", ProfileMember), $"{ProfileMember} is the name of one of the {ProfilesMember}"));
        return null;
    }

    private ImmutableDictionary<string, ImmutableDictionary<string, FileValue>> ReadProfiles(JsonNode? node)
    {
        var read = ImmutableDictionary.CreateBuilder<string, ImmutableDictionary<string, FileValue>>(StringComparer.Ordinal);
        if (node is not JsonObject map)
        {
            problems.Add(At(LineOf("", ProfilesMember), $"{ProfilesMember} has the settings of each profile under its name"));
            return read.ToImmutable();
        }
        var pointer = $"/{ProfilesMember}";
        foreach (var (name, settings) in map)
            if (settings is JsonObject own)
                read.Add(name, ReadValues(own, $"{pointer}/{JsonPointer.Escape(name)}", name));
            else
                problems.Add(At(LineOf(pointer, name), $"profile '{Quoted.Short(name)}' has no settings"));
        return read.ToImmutable();
    }

    private static string Unknown(string name) =>
        Setting.Secrets.FirstOrDefault(s => s.Member == name || s.Variable == name) is { Instead: { } instead }
            ? $"{name} is a secret, which isn't accepted in this file: {instead}"
            : $"there is no setting '{Quoted.Short(name)}'{NearMatches.Among(name, Setting.All.Select(s => s.Member))}";

    private long LineOf(string pointer, string name) => lines[$"{pointer}/{JsonPointer.Escape(name)}"];

    private string At(long line, string problem) => $"{path}:{line}: {problem}";
}
