using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.AzureCloud.ManagedClusters;

/// <summary>Models of resources as JSON that can be changed, and as values.</summary>
internal static class ModelText
{
    public static void Remove(this JsonObject model, params ReadOnlySpan<string> members)
    {
        foreach (var member in members)
            model.Remove(member);
    }

    public static JsonElement ToElement(this JsonObject model)
    {
        using var document = JsonDocument.Parse(model.ToJsonString());
        return document.RootElement.Clone();
    }

    public static JsonObject ToObject(this JsonElement element) => JsonObject.Create(element)?.DeepClone() as JsonObject ?? [];
}
