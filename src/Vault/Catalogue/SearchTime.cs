using System.Globalization;
using Holdfast.Control.Policies;

namespace Holdfast.Vault.Catalogue;

/// <summary>An end of the time that is searched: <c>2026-11-22</c>, <c>2026-11-22T05:30:00Z</c>, or <c>7d</c> before now.</summary>
public static class SearchTime
{
    /// <summary>What is accepted, for a person.</summary>
    public const string Forms =
        "a date such as 2026-11-22, a time such as 2026-11-22T05:30:00Z, or a duration before now such as 36h, 7d, 8w";

    private static readonly string[] Instants = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Without an offset, times and dates are UTC.</summary>
    /// <param name="end">A date means its last instant; else its first.</param>
    public static bool TryParse(string text, DateTimeOffset now, bool end, out DateTimeOffset time)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, Utc, out time))
        {
            time = end && time.Date < DateTime.MaxValue.Date ? time.AddDays(1).AddTicks(-1) : time;
            return true;
        }
        if (DateTimeOffset.TryParseExact(text, Instants, CultureInfo.InvariantCulture, Utc, out time))
            return true;
        if (!KeptDuration.TryParse(text, out var before) || before.Span > now - DateTimeOffset.MinValue)
            return false;
        time = now - before.Span;
        return true;
    }
}
