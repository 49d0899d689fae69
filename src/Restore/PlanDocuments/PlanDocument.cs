using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Machine.Faults;

namespace Holdfast.Restore.PlanDocuments;

/// <summary>
/// A plan as bytes: one JSON document, the same for the same plan, with a digest of itself, so that what was reviewed is what is applied.
/// Whoever can write the file can write a digest too: an approval names the digest apart from the file, and what a service keeps is bound
/// to it by a key (<see cref="PlanKey"/>).
/// </summary>
public static class PlanDocument
{
    // Without escapes that JSON doesn't ask for: plans are read by people.
    private static readonly PlanJson Json = new(
        new JsonSerializerOptions(PlanJson.Default.Options!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
    );

    /// <summary>Of the plan without its digest and what binds it: names exactly this plan.</summary>
    public static ContentDigest Digest(RestorePlan plan) => ContentDigest.Of(Serialize(plan with { Digest = null, Binding = null }));

    /// <summary>The plan as it is kept: with its digest.</summary>
    public static RestorePlan Kept(RestorePlan plan) => plan with { Digest = Digest(plan) };

    /// <summary>A plan that has a digest is written with that one.</summary>
    public static byte[] Write(RestorePlan plan) => Serialize(plan.Digest is null ? Kept(plan) : plan);

    /// <exception cref="RestoreException">BadPlan: not a plan, of a newer version, or changed since it was written.</exception>
    public static RestorePlan Read(ReadOnlySpan<byte> document)
    {
        CheckVersion(document);
        var plan = Parse(document);
        if (plan.Digest is not { } digest || plan.Steps.IsDefault)
            throw Bad("it has no digest or no steps: it was not written by 'holdfast plan'");
        if (Digest(plan) != digest)
            throw Bad("its content doesn't have its digest: it was changed after planning. Plan again");
        return plan;
    }

    private static byte[] Serialize(RestorePlan plan) => JsonSerializer.SerializeToUtf8Bytes(plan, Json.RestorePlan);

    private static RestorePlan Parse(ReadOnlySpan<byte> document)
    {
        try
        {
            var plan = JsonSerializer.Deserialize(document, Json.RestorePlan) ?? throw Bad("it is empty");
            return WholeLists.Are(document) ? plan : throw Bad("a list has a null in it");
        }
        catch (JsonException malformed)
        {
            throw Bad($"it is not well-formed at {malformed.Path ?? "its beginning"}, line {malformed.LineNumber + 1}");
        }
    }

    /// <summary>Read loosely, before anything else: a newer document may have what a strict reader stumbles on.</summary>
    private static void CheckVersion(ReadOnlySpan<byte> document)
    {
        PlanHeader? header;
        try
        {
            header = JsonSerializer.Deserialize(document, PlanHeaderJson.Default.PlanHeader);
        }
        catch (JsonException)
        {
            throw Bad("it is not JSON");
        }
        if (header?.Format != RestorePlan.FormatName)
            throw Bad($"its format is '{header?.Format}', and '{RestorePlan.FormatName}' is expected");
        if (header.Version is < RestorePlan.FirstVersion or > RestorePlan.CurrentVersion)
            throw Bad(
                $"it is of version {header.Version}, and this program reads versions up to {RestorePlan.CurrentVersion}: use the program "
                    + "that wrote it"
            );
    }

    private static RestoreException Bad(string why) => new(RestoreRefusal.BadPlan, $"the plan can't be used: {why}");
}

internal sealed record PlanHeader(string? Format, int Version);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PlanHeader))]
internal sealed partial class PlanHeaderJson : JsonSerializerContext;

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RestorePlan))]
internal sealed partial class PlanJson : JsonSerializerContext;
