using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm;

/// <summary>
/// The behaviour of one resource type. What all types have in common (reading, listing, tags, provisioning as an operation, what is
/// missing)
/// is here; a type adds its rules. Called by one request at a time.
/// </summary>
public abstract class ArmType
{
    /// <summary><c>Microsoft.Compute/disks</c>.</summary>
    public abstract string Type { get; }

    /// <summary>The versions of the contract that it serves, the newest first.</summary>
    public abstract IReadOnlyList<string> ApiVersions { get; }

    /// <summary>What a PUT that made something new is answered with; a change is answered with 200 (or 202 where it takes time).</summary>
    protected virtual int CreatedStatus => 201;

    /// <summary>How the state of a resource is called while it is being made.</summary>
    protected virtual string CreatingState => "Creating";

    /// <summary>Set by the server that the type is added to.</summary>
    protected internal ArmServer Server { get; internal set; } = null!;

    public virtual ArmReply Handle(ArmRequest request) =>
        request switch
        {
            { Method: "GET", Id.IsResource: true } => ArmReply.Ok(Shown(Find(request.Id))),
            { Method: "GET" } => Server.Resources.Page(request, Type, r => Shown(r)),
            { Method: "PUT", Id.IsResource: true } => Put(request),
            { Method: "PATCH", Id.IsResource: true } => Patch(request, Find(request.Id)),
            { Method: "DELETE", Id.IsResource: true } => Server.Resources.Find(request.Id) is { } found
                ? Delete(request, found)
                : ArmReply.NoContent,
            { Method: "POST", Id.Action: { } action } => Post(request, Find(request.Id.Parent), action),
            _ => throw new ArmException(405, "MethodNotAllowed", $"The request method {request.Method} isn't allowed here."),
        };

    /// <summary>Refuses what can't be made, and completes what was asked for: <paramref name="wanted"/> becomes the resource.</summary>
    /// <param name="existing">Null: there is none of the name.</param>
    protected virtual void Accept(ArmRequest request, JsonObject wanted, JsonObject? existing) { }

    /// <summary>The resource has been made: its operation has ended well.</summary>
    protected virtual void Made(JsonObject resource) { }

    /// <summary>Making it has failed.</summary>
    protected virtual void Failed(JsonObject resource, ArmException failure) { }

    /// <summary>Refuses what can't be deleted now.</summary>
    protected virtual void Release(ArmRequest request, JsonObject existing) { }

    /// <summary>The resource has been deleted.</summary>
    protected virtual void Gone(JsonObject resource) { }

    /// <summary>As a GET shows it.</summary>
    protected virtual JsonObject Shown(JsonObject resource) => Clone(resource);

    protected virtual ArmReply Patch(ArmRequest request, JsonObject existing)
    {
        var body = request.RequireBody();
        if (body["tags"] is JsonObject tags)
            existing["tags"] = tags.DeepClone();
        if (body["properties"] is JsonObject changes)
            foreach (var (name, value) in changes)
                Properties(existing)[name] = value?.DeepClone();
        return ArmReply.Ok(Shown(existing));
    }

    protected virtual ArmReply Post(ArmRequest request, JsonObject existing, string action) =>
        throw new ArmException(404, "InvalidResourceType", $"The resource type '{Type}' has no action '{action}'.");

    protected virtual ArmReply Delete(ArmRequest request, JsonObject existing)
    {
        Release(request, existing);
        Properties(existing)["provisioningState"] = "Deleting";
        return Server.Operations.Begin(request, Region(existing), existing, End, null, 202);

        void End()
        {
            Server.Resources.Remove(request.Id);
            Gone(existing);
        }
    }

    private ArmReply Put(ArmRequest request)
    {
        var existing = Server.Resources.Find(request.Id);
        var wanted = Clone(request.RequireBody());
        if (wanted["location"] is null && existing is null && Type.Count('/') == 1)
            throw new ArmException(400, "LocationRequired", "The location property is required for this definition.");
        wanted["id"] = request.Id.Path;
        wanted["name"] = request.Id.Name;
        wanted["type"] = Type;
        if (wanted["properties"] is null)
            wanted["properties"] = new JsonObject();
        Accept(request, wanted, existing);
        Properties(wanted)["provisioningState"] = existing is null ? CreatingState : "Updating";
        Server.Resources.Put(request.Id, wanted);
        return Server.Operations.Begin(
            request,
            Region(wanted),
            wanted,
            () => Finish(wanted),
            wanted,
            existing is null ? CreatedStatus : 200,
            failed: failure => Failed(wanted, failure)
        );
    }

    private void Finish(JsonObject resource)
    {
        Properties(resource)["provisioningState"] = "Succeeded";
        Made(resource);
    }

    protected JsonObject Find(ArmId id) => Server.Resources.Find(id) ?? throw ArmException.NotFound(id);

    protected static JsonObject Properties(JsonObject resource) => (JsonObject)resource["properties"]!;

    protected static string Region(JsonObject resource) => RegionName((string?)resource["location"] ?? "global");

    /// <summary><c>West Europe</c> and <c>westeurope</c> are the same.</summary>
    protected static string RegionName(string location) => location.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();

    protected static JsonObject Clone(JsonObject json) => (JsonObject)json.DeepClone();
}
