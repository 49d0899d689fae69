using System.Buffers;

namespace Holdfast.Control.Policies;

/// <summary>
/// Time zones by their IANA names, from the machine's zone data (<c>/usr/share/zoneinfo</c>, or where TZDIR points). UTC needs no data.
/// </summary>
public static class TimeZones
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/"
    );

    /// <summary>Why there is no such zone here; null: there is.</summary>
    public static string? Fault(string name)
    {
        if (TryFind(name) is not null)
            return null;
        return TryFind("Europe/Berlin") is null
            ? "this machine has no time zone data: only UTC works until the package 'tzdata' is installed"
            : "names are those of the IANA database, case included";
    }

    /// <exception cref="ArgumentException">No such zone here: <see cref="Fault"/> says why.</exception>
    public static TimeZoneInfo Find(string name) =>
        TryFind(name) ?? throw new ArgumentException($"'{name}' isn't a time zone that is known here: {Fault(name)}", nameof(name));

    private static TimeZoneInfo? TryFind(string name)
    {
        if (name is "Etc/UTC" or "UTC")
            return TimeZoneInfo.Utc;
        // The name becomes part of a file's path.
        if (name.Length is 0 or > 64 || name[0] == '/' || name.AsSpan().ContainsAnyExcept(Allowed))
            return null;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;
    }
}
