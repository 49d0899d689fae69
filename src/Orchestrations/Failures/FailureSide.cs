using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Orchestrations.Failures;

/// <summary>Who failed.</summary>
[JsonConverter(typeof(FailureSideJson))]
public enum FailureSide
{
    /// <summary>The protected cluster.</summary>
    Cluster,

    /// <summary>Where recovery points are.</summary>
    Vault,

    /// <summary>The control container, or a document in it.</summary>
    Control,

    /// <summary>
    /// The cloud that clusters run in, and what Holdfast runs on: the orchestration engine, the host, the machine and its files.
    /// </summary>
    Cloud,

    /// <summary>The caller: the request can't be fulfilled, or was cancelled or denied.</summary>
    Caller,

    /// <summary>Holdfast itself.</summary>
    Bug,
}

/// <summary>The sides' names in documents and in messages of activities.</summary>
internal static class FailureSides
{
    /// <summary>By name; the last six are those of releases that had finer sides.</summary>
    private static readonly Dictionary<string, FailureSide> ByName = new()
    {
        ["cluster"] = FailureSide.Cluster,
        ["vault"] = FailureSide.Vault,
        ["control"] = FailureSide.Control,
        ["cloud"] = FailureSide.Cloud,
        ["caller"] = FailureSide.Caller,
        ["bug"] = FailureSide.Bug,
        ["capture"] = FailureSide.Caller,
        ["restore"] = FailureSide.Caller,
        ["kubeconfig"] = FailureSide.Caller,
        ["registration"] = FailureSide.Caller,
        ["files"] = FailureSide.Cloud,
        ["run"] = FailureSide.Cloud,
    };

    public static string NameOf(FailureSide side) =>
        side switch
        {
            FailureSide.Cluster => "cluster",
            FailureSide.Vault => "vault",
            FailureSide.Control => "control",
            FailureSide.Cloud => "cloud",
            FailureSide.Caller => "caller",
            _ => "bug",
        };

    public static FailureSide? Find(string name) => ByName.TryGetValue(name, out var side) ? side : null;
}

/// <summary>Writes the five sides and <c>bug</c> by name; also reads the finer ones of earlier releases.</summary>
public sealed class FailureSideJson : JsonConverter<FailureSide>
{
    public override FailureSide Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && FailureSides.Find(reader.GetString()!) is { } side
            ? side
            : throw new JsonException("it names no side that may have failed");

    public override void Write(Utf8JsonWriter writer, FailureSide value, JsonSerializerOptions options) =>
        writer.WriteStringValue(FailureSides.NameOf(value));
}
