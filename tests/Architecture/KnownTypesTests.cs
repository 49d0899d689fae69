using System.Reflection;
using System.Text.RegularExpressions;
using Holdfast.Manifests;

namespace Holdfast.Architecture.Tests;

/// <summary>
/// A resource type that rules name has one constant. The simulator keeps names of its own, since it shares no code with what it checks;
/// <c>Clusters</c> can't see the constants.
/// </summary>
public sealed class KnownTypesTests
{
    /// <summary>The same word as the name of a JSON member, a parameter or an example.</summary>
    private static readonly (string File, string Literal)[] OtherMeanings =
    [
        ("AccountRules.cs", "secrets"), // A service account's member.
        ("LiveFields.cs", "secrets"), // The same.
        ("EncryptionScope.cs", "secrets"), // What of a point is encrypted.
        ("VaultEncryption.cs", "secrets"), // The archive is below the types that are known.
        ("WebhookBackends.cs", "endpoints"), // An EndpointSlice's member.
        ("ManifestRoutes.cs", "secrets"), // A query parameter.
        ("SelectionRules.cs", "namespaces"), // A policy's member.
        ("SliceConversions.cs", "endpoints"), // An EndpointSlice's member.
        ("HangingDeletions.cs", "endpoints"), // An EndpointSlice's member.
        ("HostPlaces.cs", "endpoints"), // A DNSEndpoint's member.
        ("AutoscalerConversions.cs", "pods"), // A metric's member.
        ("NotificationReader.cs", "events"), // A notification's member.
    ];

    [Fact]
    public void A_group_resource_that_rules_name_is_written_once()
    {
        var names = typeof(KnownTypes)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!)
            .ToHashSet(StringComparer.Ordinal);

        Assert.Empty(SourceTree.Files("*.cs").Where(IsHeldToIt).SelectMany(path => Literals(path, names)));
        Assert.True(names.Count > 60);
    }

    private static bool IsHeldToIt(string path) =>
        Path.GetRelativePath(SourceTree.Root, path).Split(Path.DirectorySeparatorChar) is ["src", not ("Simulator" or "Clusters"), ..]
        && Path.GetFileName(path) != "KnownTypes.cs";

    private static IEnumerable<string> Literals(string path, HashSet<string> names) =>
        File.ReadLines(path)
            .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .SelectMany(line => Regex.Matches(line, "\"([a-z0-9.]+)\""))
            .Select(match => match.Groups[1].Value)
            .Where(literal => names.Contains(literal) && !OtherMeanings.Contains((Path.GetFileName(path), literal)))
            .Select(literal => $"{Path.GetRelativePath(SourceTree.Root, path)} has the literal '{literal}': use KnownTypes");
}
