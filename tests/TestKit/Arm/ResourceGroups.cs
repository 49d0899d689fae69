using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm;

/// <summary>Microsoft.Resources 2021-04-01, resource groups. HEAD is answered as GET is, without a body.</summary>
/// <remarks>https://learn.microsoft.com/rest/api/resources/resource-groups?view=rest-resources-2021-04-01</remarks>
public sealed class ResourceGroups : ArmType
{
    public override string Type => ArmId.GroupType;

    public override IReadOnlyList<string> ApiVersions => ["2024-03-01", "2022-09-01", "2021-04-01"];

    public override ArmReply Handle(ArmRequest request)
    {
        if (request is { Id.IsResource: true, Method: "GET" or "HEAD" or "PATCH" or "DELETE" } && Server.Resources.Find(request.Id) is null)
            throw ArmException.NoGroup(request.Id.Name!);
        return request.Method switch
        {
            "PUT" => Put(request),
            "HEAD" => ArmReply.NoContent,
            _ => base.Handle(request),
        };
    }

    /// <summary>Ended at once, with 201 when it is new.</summary>
    private ArmReply Put(ArmRequest request)
    {
        var existing = Server.Resources.Find(request.Id);
        var wanted = Clone(request.RequireBody());
        if (existing is not null && (string?)wanted["location"] is { } location && RegionName(location) != Region(existing))
            throw new ArmException(
                409,
                "InvalidResourceGroupLocation",
                $"Invalid resource group location '{location}'. The Resource group already exists in location '{Region(existing)}'."
            );
        wanted["id"] = request.Id.Path;
        wanted["name"] = request.Id.Name;
        wanted["type"] = Type;
        wanted["properties"] = new JsonObject { ["provisioningState"] = "Succeeded" };
        Server.Resources.Put(request.Id, wanted);
        return new(existing is null ? 201 : 200, wanted.DeepClone());
    }

    /// <summary>Everything in it goes with it.</summary>
    protected override ArmReply Delete(ArmRequest request, JsonObject existing)
    {
        Properties(existing)["provisioningState"] = "Deleting";
        return Server.Operations.Begin(request, Region(existing), existing, () => Server.Resources.RemoveTree(request.Id), null, 202);
    }
}
