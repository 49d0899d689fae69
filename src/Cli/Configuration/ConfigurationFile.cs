using System.Collections.Immutable;
using Holdfast.Cli.Errors;
using Holdfast.Machine.Faults;
using Holdfast.Machine.Files;
using Holdfast.Manifests;

namespace Holdfast.Cli.Configuration;

/// <summary>
/// A configuration file as it was read: settings, and profiles of them of which one is chosen at a time. It names files with keys and keys
/// of Key Vaults; secrets aren't accepted in it.
/// </summary>
internal sealed record ConfigurationFile(string Path)
{
    /// <summary>In bytes.</summary>
    private const int Largest = 256 << 10;

    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode ReadableByOthers = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>The profile that is chosen where no one names another; null: none.</summary>
    public string? Profile { get; init; }

    /// <summary>Outside of profiles.</summary>
    public required ImmutableDictionary<string, FileValue> Values { get; init; }

    public required ImmutableDictionary<string, ImmutableDictionary<string, FileValue>> Profiles { get; init; }

    /// <summary><c>$XDG_CONFIG_HOME/holdfast/config.yaml</c>, by default below <c>~/.config</c>; null: there is no home.</summary>
    public static string? DefaultPath =>
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } config && System.IO.Path.IsPathRooted(config)
            ? System.IO.Path.Combine(config, "holdfast", "config.yaml")
        : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home
            ? System.IO.Path.Combine(home, ".config", "holdfast", "config.yaml")
        : null;

    /// <param name="named">As the option has it; null: as the variable has it, else the default.</param>
    /// <returns>Null: no file is named, and there is none in the default place.</returns>
    /// <exception cref="UsageException">A named file isn't there; or it can't be read, with everything that is wrong.</exception>
    public static ConfigurationFile? Find(string? named)
    {
        var (what, path) =
            named is not null ? ("--config", named)
            : Environment.GetEnvironmentVariable(Setting.FileVariable) is { Length: > 0 } variable ? (Setting.FileVariable, variable)
            : ("the configuration file", DefaultPath);
        if (path is null)
            return null;
        path = System.IO.Path.GetFullPath(path);
        try
        {
            return path == DefaultPath && !RegularFile.Exists(path, Links.Followed)
                ? null
                : new ConfigurationReader(path).Read(RegularFile.ReadText(path, Largest));
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            throw new UsageException($"{what} {path} can't be read: {e.Message}");
        }
    }

    /// <summary>The values that hold with a profile: its own come before those outside.</summary>
    /// <exception cref="UsageException">There is no such profile.</exception>
    public ImmutableDictionary<string, FileValue> With(string? profile) =>
        profile is null ? Values
        : Profiles.TryGetValue(profile, out var own) ? Values.SetItems(own)
        : throw new UsageException(
            $"{Path} has no profile '{Quoted.Short(profile)}'{NearMatches.Among(profile, Profiles.Keys)}"
                + (Profiles.IsEmpty ? "; it has none" : $"; it has {string.Join(", ", Profiles.Keys.Order(StringComparer.Ordinal))}")
        );

    /// <summary>What its user should know of who else can use it; null: nothing.</summary>
    public string? Warning()
    {
        if (OperatingSystem.IsWindows())
            return null;
        var mode = File.GetUnixFileMode(Path);
        if ((mode & WritableByOthers) != UnixFileMode.None)
            return $"{Path} can be changed by other users of this machine, who could choose another vault: close it with "
                + $"'chmod go-w {Path}'";
        var namesKeys = Profiles.Values.Append(Values).Any(v => Setting.All.Any(s => s.IsKey && v.ContainsKey(s.Member)));
        return namesKeys && (mode & ReadableByOthers) != UnixFileMode.None
            ? $"{Path} shows other users of this machine where your keys are: close it with 'chmod go= {Path}'"
            : null;
    }
}
