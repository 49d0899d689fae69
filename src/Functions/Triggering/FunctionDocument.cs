using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Functions.Triggering;

/// <summary>A function.json.</summary>
internal sealed record FunctionDocument(Binding[] Bindings)
{
    /// <summary>Writes one folder a function, each with its function.json; what else is in <paramref name="root"/> stays.</summary>
    public static void WriteAll(Triggers triggers, string root)
    {
        foreach (var trigger in triggers.All)
        {
            var folder = Directory.CreateDirectory(Path.Combine(root, trigger.Name));
            File.WriteAllBytes(Path.Combine(folder.FullName, "function.json"), Triggers.Document(trigger).Bytes());
        }
    }

    private byte[] Bytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, FunctionJson.Readable.FunctionDocument), (byte)'\n'];
}

/// <param name="Direction"><c>in</c> or <c>out</c>.</param>
internal sealed record Binding(string Type, string Direction, string Name)
{
    public string? Schedule { get; init; }

    /// <summary>The host keeps when the timer last fired, so that a missed minute fires once, late.</summary>
    public bool? UseMonitor { get; init; }

    /// <summary>Never: it would fire at each start of each instance.</summary>
    public bool? RunOnStartup { get; init; }
    public string[]? Methods { get; init; }
    public string? Route { get; init; }

    /// <summary><c>anonymous</c>: who may call is the app's own decision, not a shared key's.</summary>
    public string? AuthLevel { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(FunctionDocument))]
internal sealed partial class FunctionJson : JsonSerializerContext
{
    public static FunctionJson Readable => field ??= new(new(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
