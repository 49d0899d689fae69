using System.Runtime.CompilerServices;
using System.Text.Json;
using Google.Protobuf;
using Holdfast.Durable.CustomHandler;
using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Tests.Recordings;

/// <summary>An exchange of a real Functions host and Durable extension with a custom handler: tests/vectors/durable.</summary>
internal sealed record Recording(string Name, string Function, byte[] Body, JsonElement Data, JsonElement Answer)
{
    public static Recording Read(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), name + ".json")));
        var root = file.RootElement.Clone();
        var body = root.GetProperty("body");
        return new(name, root.GetProperty("function").GetString()!, System.Text.Encoding.UTF8.GetBytes(body.GetRawText()), body.GetProperty(nameof(Data)), root.GetProperty("answer").GetProperty("body"));
    }

    public static IEnumerable<Recording> All() => Directory.GetFiles(Folder(), "*.json").Order(StringComparer.Ordinal).Select(path => Read(Path.GetFileNameWithoutExtension(path)));

    public static string ManagementAnswer(string name) => File.ReadAllText(Path.Combine(Folder(), "management-api", name + ".txt"));

    public bool IsOrchestration => Data.TryGetProperty("context", out _);

    public OrchestratorRequest Request => OrchestrationPayload.Decode(Body, "context");

    public OrchestratorResponse Response => OrchestratorResponse.Parser.ParseFrom(ByteString.FromBase64(Answer.GetProperty("ReturnValue").GetString()!));

    public override string ToString() => Name;

    private static string Folder([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "vectors", "durable"));
}
