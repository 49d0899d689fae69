namespace Holdfast.Vault.Pruning;

/// <summary>How long what isn't needed stays. Times are the store's.</summary>
public static class PruneRules
{
    /// <summary>
    /// From expiring to purging. A capture that reuses packs of a point began before the point expired, and seals within 3 days or never.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    /// <summary>
    /// How old a pack or disk image that no point names must be, or an inventory without a seal: it may be of a capture that is still
    /// running.
    /// </summary>
    public static readonly TimeSpan Leftover = TimeSpan.FromDays(7);

    /// <summary>By how much the store's clock and this machine's may differ; with more, one of them is wrong, and nothing goes.</summary>
    public static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(5);
}
