using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.Infrastructure.Tests.Bicep;

/// <summary>A resource as Azure Resource Manager would be given it.</summary>
/// <param name="Name">Of a child <c>PARENT/CHILD</c>; of Microsoft Graph's: empty.</param>
internal sealed record DeployedResource(string Type, string Name, string Id, JsonObject Json)
{
    /// <param name="path">Members by dots, elements by their number: <c>properties.subnets.0.name</c>.</param>
    public JsonNode? At(string path)
    {
        JsonNode? node = Json;
        foreach (var part in path.Split('.'))
            node = node switch
            {
                JsonArray array => int.Parse(part, CultureInfo.InvariantCulture) is var i && i < array.Count ? array[i] : null,
                JsonObject members => members[part],
                _ => null,
            };
        return node;
    }

    public override string ToString() => $"{Type} {Name}";
}

/// <summary>All that a deployment makes, in every resource group. What is known only on Azure is left as an expression.</summary>
internal sealed record Deployment(ImmutableArray<DeployedResource> Resources)
{
    public IEnumerable<DeployedResource> OfType(string type) =>
        Resources.Where(r => r.Type.Equals(type, StringComparison.OrdinalIgnoreCase));

    public static Deployment Parse(string snapshot)
    {
        var root = JsonNode.Parse(snapshot)!;
        Assert.Empty(root["diagnostics"]!.AsArray());
        return new([
            .. root["predictedResources"]!
                .AsArray()
                .Select(r => r!.AsObject())
                .Select(r => new DeployedResource((string)r["type"]!, (string?)r["name"] ?? "", (string?)r["id"] ?? "", r)),
        ]);
    }
}
