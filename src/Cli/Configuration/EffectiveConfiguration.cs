using System.Collections.Immutable;
using Holdfast.Cli.Errors;

namespace Holdfast.Cli.Configuration;

/// <summary>The configuration file with the profile that was chosen, and what of it holds beside the environment.</summary>
internal sealed class EffectiveConfiguration
{
    private readonly ImmutableDictionary<string, FileValue> values;

    private EffectiveConfiguration(ConfigurationFile? file, string? profile, ImmutableDictionary<string, FileValue> values)
    {
        (File, Profile, this.values) = (file, profile, values);
        Used = Setting
            .All.Where(s => values.ContainsKey(s.Member) && s.FromEnvironment() is null)
            .ToImmutableDictionary(s => s, s => values[s.Member]);
    }

    /// <summary>No file, and nothing of one.</summary>
    public static EffectiveConfiguration None { get; } = new(null, null, ImmutableDictionary<string, FileValue>.Empty);

    /// <summary>Null: there is none.</summary>
    public ConfigurationFile? File { get; }

    /// <summary>Null: none was chosen.</summary>
    public string? Profile { get; }

    /// <param name="file">As the option has it.</param>
    /// <param name="profile">As the option has it.</param>
    /// <exception cref="UsageException">The file can't be used, or has no such profile.</exception>
    public static EffectiveConfiguration Load(string? file, string? profile)
    {
        var chosen = profile ?? (Environment.GetEnvironmentVariable(Setting.ProfileVariable) is { Length: > 0 } named ? named : null);
        if (ConfigurationFile.Find(file) is { } read)
            return new(read, chosen ?? read.Profile, read.With(chosen ?? read.Profile));
        return chosen is null
            ? None
            : throw new UsageException(
                $"profile '{chosen}' needs a configuration file, and there is none at {ConfigurationFile.DefaultPath}: make it, or give "
                    + "--config"
            );
    }

    /// <summary>The file's values that are used: no variable has another one.</summary>
    public ImmutableDictionary<Setting, FileValue> Used { get; }

    /// <summary>Settings of the chosen profile that the environment overrides.</summary>
    public IEnumerable<Setting> Overridden =>
        Setting.All.Where(s => values.GetValueOrDefault(s.Member)?.Profile is not null && !Used.ContainsKey(s));

    /// <summary>
    /// From here on, each variable that isn't set has the file's value, for everything that reads variables and for the programs that are
    /// started.
    /// </summary>
    public void Apply()
    {
        foreach (var (setting, value) in Used)
            Environment.SetEnvironmentVariable(setting.VariableFor(value.Text), value.Text);
    }
}
