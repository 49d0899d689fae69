using System.Globalization;

namespace Holdfast.Cli.Invoking;

/// <summary>How long a look at what may not answer may take, as the environment says.</summary>
internal static class LookupLimit
{
    /// <summary>In seconds.</summary>
    private const int Longest = 3600;

    /// <param name="variable">In seconds, up to an hour; anything else is the default.</param>
    /// <param name="otherwise">The default, in seconds.</param>
    public static TimeSpan Of(string variable, int otherwise)
    {
        var text = Environment.GetEnvironmentVariable(variable);
        var isGiven = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
        return TimeSpan.FromSeconds(isGiven && seconds is > 0 and <= Longest ? seconds : otherwise);
    }
}
