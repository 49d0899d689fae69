using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Control;

namespace Holdfast.Functions.Standby;

/// <summary>What a standby has taken over: <c>standby.json</c> of its own control container.</summary>
/// <param name="IsDone">Its registrations and policies are there, and schedules run.</param>
internal sealed record StandbyState(
    int Number,
    ImmutableArray<ClusterName> Clusters,
    DateTimeOffset At,
    string By,
    string Reason,
    bool IsDone
)
{
    public int Version => 1;

    /// <summary>As the vault has it, byte for byte: that distinguishes one's own takeover from another's.</summary>
    [JsonIgnore]
    public Takeover Takeover =>
        new()
        {
            Number = Number,
            Clusters = Clusters,
            At = At,
            By = By,
            Reason = Reason,
        };

    /// <returns>Null: it has taken over nothing.</returns>
    /// <exception cref="ControlException">The document can't be read, or can't be used.</exception>
    public static async Task<StandbyState?> FindAsync(IDocumentStore control, CancellationToken cancellation) =>
        (await control.ReadAsync(ControlPaths.Standby, StandbyJson.Default.StandbyState, cancellation))?.Document;

    public Task StoreAsync(IDocumentStore control, CancellationToken cancellation) =>
        control.PutAsync(ControlPaths.Standby, JsonSerializer.SerializeToUtf8Bytes(this, StandbyJson.Default.StandbyState), cancellation);

    public static Task RemoveAsync(IDocumentStore control, CancellationToken cancellation) =>
        control.DeleteAsync(ControlPaths.Standby, null, cancellation);
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.General,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(StandbyState))]
internal sealed partial class StandbyJson : JsonSerializerContext;
