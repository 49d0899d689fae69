using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Functions.Live.Tests;

/// <summary>A list in CycloneDX's JSON, as <c>eng/sbom.sh</c> writes it.</summary>
/// <param name="Names">Of its components: <c>NAME/VERSION</c> of packages, <c>NAME</c> of projects.</param>
/// <param name="Faults">Where it isn't what it should be.</param>
internal sealed record BillOfMaterials(ImmutableHashSet<string> Names, ImmutableArray<string> Faults)
{
    /// <summary>The worker's SDK, which is in the app's list, puts it beside the host's extensions.</summary>
    public const string OfTheSdk = "Microsoft.Azure.WebJobs.Extensions.FunctionMetadataLoader.dll";

    public static BillOfMaterials Read(string file)
    {
        var document = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        var components = document["components"]!.AsArray().Select(component => component!.AsObject()).ToList();
        var subject = document["metadata"]!["component"]!.AsObject();
        return new([.. components.Select(NameOf), (string)subject["name"]!], [.. FaultsOf(document), .. components.SelectMany(FaultsIn)]);
    }

    /// <summary>To which library each assembly belongs, by a program's own list of what it runs with.</summary>
    public static Dictionary<string, string> LibrariesOf(string dependencies) =>
        JsonNode.Parse(File.ReadAllText(dependencies))!["targets"]!
            .AsObject()
            .SelectMany(target => target.Value!.AsObject())
            .SelectMany(library => AssembliesOf(library.Value!.AsObject()).Select(assembly => (assembly, Library: Named(library.Key))))
            .DistinctBy(pair => pair.assembly)
            .ToDictionary(pair => pair.assembly, pair => pair.Library, StringComparer.Ordinal);

    private static IEnumerable<string> AssembliesOf(JsonObject library) =>
        (library["runtime"]?.AsObject() ?? []).Select(assembly => Path.GetFileName(assembly.Key));

    private static string NameOf(JsonObject component) => Named($"{(string)component["name"]!}/{(string)component["version"]!}");

    private static string Named(string library) => IsOwn(library) ? library.Split('/')[0] : library;

    private static bool IsOwn(string library) =>
        library.StartsWith("Holdfast.", StringComparison.Ordinal)
        || library.StartsWith("holdfast-app/", StringComparison.Ordinal)
        || library.StartsWith("Microsoft.Azure.Functions.Worker.Extensions/", StringComparison.Ordinal);

    private static IEnumerable<string> FaultsOf(JsonObject document)
    {
        if ((string?)document["bomFormat"] != "CycloneDX" || (string?)document["specVersion"] != "1.6")
            yield return "it isn't CycloneDX 1.6";
        if (document["serialNumber"] is not null || document["metadata"]!["timestamp"] is not null)
            yield return "it differs with each build";
    }

    private static IEnumerable<string> FaultsIn(JsonObject component)
    {
        var name = NameOf(component);
        if (IsOwn(name))
            yield break;
        if ((string?)component["purl"] != $"pkg:nuget/{name.Replace('/', '@')}")
            yield return $"{name} has no package URL";
        if ((string?)component["hashes"]?[0]?["alg"] != "SHA-512")
            yield return $"{name} has no SHA-512";
    }
}
