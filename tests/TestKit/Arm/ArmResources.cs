using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm;

/// <summary>What a subscription has, by id. Tests may look at it, and put in it what is to be there at first.</summary>
public sealed class ArmResources(Func<Uri> url)
{
    private readonly ConcurrentDictionary<string, JsonObject> byId = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How many a list shows at once. Default 50; Resource Manager shows up to 1,000, and a provider may show fewer.</summary>
    public int PageSize { get; set; } = 50;

    /// <summary>In the order of their ids.</summary>
    public IReadOnlyList<JsonObject> All => [.. byId.OrderBy(r => r.Key, StringComparer.OrdinalIgnoreCase).Select(r => r.Value)];

    /// <summary>The ids of a type, of every subscription.</summary>
    public IReadOnlyList<string> IdsOf(string type) =>
        [.. All.Where(r => IsOf(r, type)).Select(r => (string)r["id"]!).Order(StringComparer.Ordinal)];

    public JsonObject? Find(ArmId id) => Find(id.Path);

    public JsonObject? Find(string id) => byId.GetValueOrDefault(id);

    public void Put(ArmId id, JsonObject resource) => byId[id.Path] = resource;

    public void Remove(ArmId id) => byId.TryRemove(id.Path, out _);

    /// <summary>The resource, and everything whose id is under its own.</summary>
    public void RemoveTree(ArmId id)
    {
        Remove(id);
        foreach (var under in byId.Keys.Where(k => k.StartsWith(id.Path + "/", StringComparison.OrdinalIgnoreCase)))
            byId.TryRemove(under, out _);
    }

    /// <summary>A list, in pages with <c>nextLink</c>.</summary>
    public ArmReply Page(ArmRequest request, string type, Func<JsonObject, JsonObject> show)
    {
        var scope = request.Id.ResourceGroup is { } group
            ? $"/subscriptions/{request.Id.Subscription}/resourceGroups/{group}/"
            : $"/subscriptions/{request.Id.Subscription}/";
        // the resources of a nested type are under their parent
        if (type.Count('/') > 1)
            scope = request.Id.Path + "/";
        var all = All.Where(r => IsOf(r, type) && ((string)r["id"]!).StartsWith(scope, StringComparison.OrdinalIgnoreCase)).ToList();
        var from = int.Parse(request.Query.GetValueOrDefault("$skipToken", "0"), CultureInfo.InvariantCulture);
        var body = new JsonObject { ["value"] = new JsonArray([.. all.Skip(from).Take(PageSize).Select(show)]) };
        if (from + PageSize < all.Count)
            body["nextLink"] = new Uri(
                url(),
                $"{request.Id.Path}?api-version={request.ApiVersion}&$skipToken={from + PageSize}"
            ).AbsoluteUri;
        return ArmReply.Ok(body);
    }

    private static bool IsOf(JsonObject resource, string type) =>
        string.Equals((string?)resource["type"], type, StringComparison.OrdinalIgnoreCase);
}
