using System.Text.Json.Serialization;

namespace Holdfast.Archive.Stores;

/// <summary>Whether the time until which storage refuses deletion can be taken back.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImmutabilityMode>))]
public enum ImmutabilityMode
{
    /// <summary>By no one: it can only be extended.</summary>
    [JsonStringEnumMemberName("locked")]
    Locked,

    /// <summary>By whoever may change immutability: it can be shortened and removed. For trying it out.</summary>
    [JsonStringEnumMemberName("unlocked")]
    Unlocked,
}

/// <summary>The names by which people give an <see cref="ImmutabilityMode"/>.</summary>
public static class ImmutabilityModes
{
    private static readonly string[] All = ["locked", "unlocked"];

    /// <summary>For a message.</summary>
    public static string Names => string.Join(", ", All);

    public static bool TryParse(string text, out ImmutabilityMode mode)
    {
        var index = Array.IndexOf(All, text);
        mode = (ImmutabilityMode)Math.Max(index, 0);
        return index >= 0;
    }
}

/// <summary>Until when storage shall refuse to delete or change a blob, and how firmly.</summary>
public readonly record struct ImmutabilityTerm(DateTimeOffset Until, ImmutabilityMode Mode = ImmutabilityMode.Locked)
{
    /// <summary>Null: nothing is asked of the storage.</summary>
    public static ImmutabilityTerm? Of(DateTimeOffset? until, ImmutabilityMode mode) => until is { } time ? new(time, mode) : null;

    private static readonly TimeSpan Step = TimeSpan.FromDays(30);

    /// <summary>
    /// As long as this, up to the next multiple of 30 days: what many points share isn't extended by each of them.
    /// </summary>
    [JsonIgnore]
    public ImmutabilityTerm InSteps =>
        Until.UtcTicks % Step.Ticks is var over and > 0
            ? this with
            {
                Until = new DateTimeOffset(Until.UtcTicks - over + Step.Ticks, TimeSpan.Zero),
            }
            : this;

    /// <summary>What is kept for this term is kept for the other one, too.</summary>
    public bool Covers(ImmutabilityTerm other) =>
        Until >= other.Until && (Mode == ImmutabilityMode.Locked || other.Mode == ImmutabilityMode.Unlocked);

    /// <summary>Of a blob that is under two terms: the later time, and locked if one of them is.</summary>
    public ImmutabilityTerm And(ImmutabilityTerm? other) =>
        other is not { } second
            ? this
            : new(
                Until > second.Until ? Until : second.Until,
                Mode == ImmutabilityMode.Locked || second.Mode == ImmutabilityMode.Locked
                    ? ImmutabilityMode.Locked
                    : ImmutabilityMode.Unlocked
            );
}
