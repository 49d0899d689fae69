using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;

namespace Holdfast.Simulator.Requests;

/// <summary>The position at which a list continues.</summary>
/// <param name="Revision">-1: the current revision, inconsistent with the previous pages.</param>
/// <param name="Start">The first key to return, relative to the list's prefix.</param>
internal sealed record ContinueToken(long Revision, string Start)
{
    private const string Version = "meta.k8s.io/v1";

    public static ContinueToken After(long revision, string lastKey) => new(revision, lastKey + "\0");

    public string Encode() =>
        Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(
                new JsonObject
                {
                    ["v"] = Version,
                    ["rv"] = Revision,
                    ["start"] = Start,
                }.ToJsonString()
            )
        );

    public static ContinueToken Decode(string text)
    {
        try
        {
            var token = JsonNode.Parse(Base64Url.DecodeFromChars(text))!;
            if ((string?)token["v"] == Version && (string?)token["start"] is { } start)
                return new ContinueToken((long)token["rv"]!, start);
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or NullReferenceException)
        {
            // Reported below.
        }
        throw ApiError.BadRequest("invalid continue token: continue key is not valid");
    }
}
