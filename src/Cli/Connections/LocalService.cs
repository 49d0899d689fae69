namespace Holdfast.Cli.Connections;

/// <summary>
/// Where <c>holdfast serve</c> of this user keeps what isn't named: <c>HOLDFAST_DATA</c>, else <c>$XDG_STATE_HOME/holdfast/app</c>.
/// </summary>
internal static class LocalService
{
    private const string DataVariable = "HOLDFAST_DATA";

    /// <summary>Null: there is neither a variable nor a home.</summary>
    public static string? Data =>
        Environment.GetEnvironmentVariable(DataVariable) is { Length: > 0 } data ? Path.GetFullPath(data)
        : Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state && Path.IsPathRooted(state)
            ? Path.Combine(state, "holdfast", "app")
        : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home
            ? Path.Combine(home, ".local", "state", "holdfast", "app")
        : null;

    public static string? Control => Data is { } data ? Path.Combine(data, "control") : null;

    public static string? Vault => Data is { } data ? Path.Combine(data, "vault") : null;
}
