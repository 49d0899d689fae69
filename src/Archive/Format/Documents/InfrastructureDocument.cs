using System.Text.Json;

namespace Holdfast.Archive.Format.Documents;

/// <summary>
/// An infrastructure profile as the bytes of <c>infrastructure.json.gz</c>, and as the plain JSON that people write by hand.
/// </summary>
public static class InfrastructureDocument
{
    private const string File = "the infrastructure profile";

    /// <summary>Sorts the profile and packs it: the same content gives the same bytes.</summary>
    /// <exception cref="ArchiveException">Malformed: it breaks a rule of the format, or is larger than any reader accepts.</exception>
    internal static byte[] Write(InfrastructureProfile profile)
    {
        var sorted = Sort(profile);
        var json = VaultDocument.Write(sorted, VaultJson.Default.InfrastructureProfile);
        var packed = GzipDocument.Pack(json);
        var fault =
            Fault(sorted)
            ?? (
                json.Length > FormatLimits.InfrastructureRawBytes || packed.Length > FormatLimits.InfrastructureGzipBytes
                    ? $"it has {json.Length} bytes, more than the {FormatLimits.InfrastructureRawBytes >> 20} MiB that a reader accepts"
                    : null
            );
        return fault is null ? packed : throw VaultDocument.Malformed(File, fault, null);
    }

    /// <summary>Reads the profile that an inventory names; its digest must have been proven before.</summary>
    /// <exception cref="ArchiveException">Malformed or NewerVersion.</exception>
    internal static InfrastructureProfile Read(byte[] gzip, string path) =>
        Parse(
            GzipDocument.Unpack(
                gzip,
                FormatLimits.InfrastructureGzipBytes,
                FormatLimits.InfrastructureRawBytes,
                path,
                "an infrastructure profile"
            ),
            path
        );

    /// <summary>Reads one that isn't from a vault, such as a file that a person edited: blanks between its members are allowed.</summary>
    /// <param name="name">What it is called, for messages.</param>
    /// <exception cref="ArchiveException">Malformed or NewerVersion.</exception>
    public static InfrastructureProfile ReadPlain(JsonElement document, string name)
    {
        try
        {
            var profile =
                document.Deserialize(VaultJson.Default.InfrastructureProfile) ?? throw VaultDocument.Malformed(name, "it is null", null);
            return Valid(HasNull(profile) ? profile : Sort(profile), name);
        }
        catch (JsonException e)
        {
            throw VaultDocument.Malformed(name, $"member {e.Path ?? "$"} is missing, unknown, repeated or of the wrong form", e);
        }
    }

    /// <summary>The profile as plain JSON, compact.</summary>
    public static byte[] ToPlain(InfrastructureProfile profile) => VaultDocument.Write(profile, VaultJson.Default.InfrastructureProfile);

    private static InfrastructureProfile Parse(ReadOnlySpan<byte> json, string path) =>
        Valid(
            VaultDocument.Read(
                json,
                VaultJson.Default.InfrastructureProfile,
                InfrastructureProfile.FormatName,
                InfrastructureProfile.CurrentVersion,
                path
            ),
            path
        );

    private static InfrastructureProfile Valid(InfrastructureProfile profile, string path)
    {
        if (profile.Format != InfrastructureProfile.FormatName)
            throw VaultDocument.Malformed(path, $"its format isn't '{InfrastructureProfile.FormatName}'", null);
        if (profile.Version > InfrastructureProfile.CurrentVersion)
            throw new ArchiveException(ArchiveFailure.NewerVersion, $"{path} is of version {profile.Version}. Use a newer holdfast");
        return Fault(profile) is { } fault ? throw VaultDocument.Malformed(path, fault, null) : profile;
    }

    private static InfrastructureProfile Sort(InfrastructureProfile profile) =>
        profile with
        {
            ReadAt = profile.ReadAt.ToUniversalTime(),
            Resources = profile.Resources.IsDefault ? default : profile.Resources.Sort(Compare),
            LeftOut = profile.LeftOut.IsDefault ? [] : profile.LeftOut.Sort(StringComparer.Ordinal),
        };

    private static string? Fault(InfrastructureProfile profile)
    {
        if (profile.Resources.IsDefault || profile.LeftOut.IsDefault)
            return "a list is missing";
        if (HasNull(profile))
            return "a list has a null in it";
        for (var i = 0; i < profile.Resources.Length; i++)
        {
            var resource = profile.Resources[i];
            if (i > 0 && Compare(profile.Resources[i - 1], resource) >= 0)
                return $"resource {resource.Id} is out of order or listed twice";
            if (resource.Model.ValueKind != JsonValueKind.Object)
                return $"the model of {resource.Id} isn't an object";
        }
        return profile.Resources.Any(r => r.Id == profile.ResourceId) ? null : "the cluster itself isn't among its resources";
    }

    private static bool HasNull(InfrastructureProfile profile) =>
        (!profile.Resources.IsDefault && profile.Resources.Any(resource => resource is null))
        || (!profile.LeftOut.IsDefault && profile.LeftOut.Any(path => path is null));

    private static int Compare(InfrastructureResource a, InfrastructureResource b) =>
        string.CompareOrdinal(a.Type, b.Type) is var byType and not 0 ? byType : string.CompareOrdinal(a.Id, b.Id);
}
