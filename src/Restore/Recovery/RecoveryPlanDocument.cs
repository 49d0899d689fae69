using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Machine.Faults;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Restore.Recovery;

/// <summary>
/// The plan of a recovery as bytes: one JSON document with one digest, which covers the digests of all its restores' plans, so that what
/// was reviewed is what is applied. In a file the plans are in it.
/// </summary>
public static class RecoveryPlanDocument
{
    private static readonly RecoveryJson Json = new(
        new JsonSerializerOptions(RecoveryJson.Default.Options!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
    );

    /// <summary>The plan as it is kept: with its digest.</summary>
    public static RecoveryPlan Kept(RecoveryPlan plan) => plan with { Digest = Digest(plan) };

    public static byte[] Write(RecoveryPlan plan) => Serialize(plan.Digest is null ? Kept(plan) : plan);

    /// <summary>It begins as one does; whether it can be used, <see cref="Read"/> says.</summary>
    public static bool Is(ReadOnlySpan<byte> document)
    {
        try
        {
            return JsonSerializer.Deserialize(document, PlanHeaderJson.Default.PlanHeader)?.Format == RecoveryPlan.FormatName;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <exception cref="RestoreException">BadPlan: not a plan, of a newer version, or changed since it was written.</exception>
    public static RecoveryPlan Read(ReadOnlySpan<byte> document)
    {
        if (!Is(document))
            throw Bad($"its format isn't '{RecoveryPlan.FormatName}'");
        var version = JsonSerializer.Deserialize(document, PlanHeaderJson.Default.PlanHeader)!.Version;
        if (version != RecoveryPlan.CurrentVersion)
            throw Bad($"it is of version {version}, and this program reads version {RecoveryPlan.CurrentVersion}: plan again");
        var plan = Parse(document);
        if (plan.Digest is not { } digest || digest != Digest(plan) || plan.Restores.Any(IsChanged))
            throw Bad("its content doesn't have its digest: it was changed after planning. Plan again");
        return plan;
    }

    private static RecoveryPlan Parse(ReadOnlySpan<byte> document)
    {
        try
        {
            var plan = JsonSerializer.Deserialize(document, Json.RecoveryPlan) ?? throw Bad("it is empty");
            if (!WholeLists.Are(document))
                throw Bad("a list has a null in it");
            return plan.Groups.IsDefault || plan.Groups.Any(group => group.Restores.IsDefault) ? throw Bad("a list is missing") : plan;
        }
        catch (JsonException malformed)
        {
            throw Bad($"it is not well-formed at {malformed.Path ?? "its beginning"}, line {malformed.LineNumber + 1}");
        }
    }

    private static bool IsChanged(PlannedRestore restore) =>
        restore.Plan is { } plan && (plan.Digest != restore.Digest || PlanDocument.Digest(plan) != restore.Digest);

    private static ContentDigest Digest(RecoveryPlan plan) =>
        ContentDigest.Of(
            Serialize(
                plan with
                {
                    Digest = null,
                    Binding = null,
                    Groups = [.. plan.Groups.Select(g => g with { Restores = [.. g.Restores.Select(r => r with { Plan = null })] })],
                }
            )
        );

    private static byte[] Serialize(RecoveryPlan plan) => JsonSerializer.SerializeToUtf8Bytes(plan, Json.RecoveryPlan);

    private static RestoreException Bad(string why) => new(RestoreRefusal.BadPlan, $"the recovery plan can't be used: {why}");
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RecoveryDocument))]
[JsonSerializable(typeof(RecoveryPlan))]
[JsonSerializable(typeof(RestoreRequest))]
[JsonSerializable(typeof(PassedGroups))]
internal sealed partial class RecoveryJson : JsonSerializerContext;
