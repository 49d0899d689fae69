using System.Text.Json;
using Holdfast.Control;

namespace Holdfast.Orchestrations.Runs;

/// <summary>How delivery to a target is doing: <c>deliveries/TARGET.json</c> of the control store. Holds no secret.</summary>
public sealed record DeliveryState
{
    public int Version => 1;

    /// <summary>When a message was last delivered; null: none was yet.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>Since when nothing could be delivered; null: the last attempt succeeded.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>Attempts that failed since then.</summary>
    public int Failures { get; init; }

    /// <summary>Why the last attempt failed, for a person.</summary>
    public string? LastFailure { get; init; }

    /// <summary>Nothing is sent before.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Messages that were given up since the last one was delivered, and when the last of them was.</summary>
    public int GivenUp { get; init; }
    public DateTimeOffset? GivenUpAt { get; init; }

    /// <returns>Nothing was ever sent, or the document can't be used: a state without anything.</returns>
    /// <exception cref="ControlException">The store can't be read.</exception>
    public static async Task<DeliveryState> ReadAsync(IDocumentStore control, string target, CancellationToken cancellation) =>
        (await control.TryReadAsync(ControlPaths.DeliveryOf(target), HoldfastJson.Default.DeliveryState, cancellation))?.Document ?? new();

    internal Task WriteAsync(IDocumentStore control, string target, CancellationToken cancellation) =>
        control.PutAsync(
            ControlPaths.DeliveryOf(target),
            JsonSerializer.SerializeToUtf8Bytes(this, HoldfastJson.Default.DeliveryState),
            cancellation
        );
}
