using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm;

/// <summary>A request to an <see cref="ArmServer"/> that was let in.</summary>
public sealed record ArmRequest
{
    public required string Method { get; init; }
    public required ArmId Id { get; init; }

    /// <summary>Of the query; null: none.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Names as they were sent.</summary>
    public required IReadOnlyDictionary<string, string> Query { get; init; }

    /// <summary>Null: none was sent.</summary>
    public JsonObject? Body { get; init; }

    /// <summary><c>If-Match</c>, as it was sent.</summary>
    public string? IfMatch { get; init; }

    public JsonObject RequireBody() => Body ?? throw new ArmException(400, "InvalidRequestContent", "The request content was invalid.");
}

/// <summary>An answer of an <see cref="ArmServer"/>.</summary>
public sealed record ArmReply(int Status, JsonNode? Body = null)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public static ArmReply Ok(JsonNode body) => new(200, body);

    public static readonly ArmReply NoContent = new(204);
}
