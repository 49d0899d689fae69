using System.Text.Json.Nodes;

namespace Holdfast.Functions.Tests.Host;

/// <summary>An app's folder as a Functions host reads it: host.json says what to start, and each folder with a function.json is a function.</summary>
internal sealed class HostedApp
{
    private readonly Dictionary<string, JsonObject[]> functions = new(StringComparer.OrdinalIgnoreCase);
    private readonly JsonNode description;

    private HostedApp(string folder)
    {
        Folder = folder;
        description = Json("host.json")["customHandler"]!["description"]!;
        foreach (var function in Directory.GetDirectories(folder).Where(f => File.Exists(Path.Combine(f, "function.json"))).Select(f => Path.GetFileName(f)))
            functions[function] = [.. Json(Path.Combine(function, "function.json"))["bindings"]!.AsArray().Select(b => b!.AsObject())];
    }

    public string Folder { get; }

    /// <summary>Beside host.json; a host would also look along PATH.</summary>
    public string Executable => Path.Combine(Folder, (string)description["defaultExecutablePath"]!);

    public IReadOnlyCollection<string> Functions => functions.Keys;

    public static HostedApp Read(string folder) => new(folder);

    /// <summary>Lays out what was built as <c>publish.sh</c> lays out what it publishes.</summary>
    public static HostedApp LayOut(string folder)
    {
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(Repository.Root, "host.json"), Path.Combine(folder, "host.json"));
        File.CreateSymbolicLink(Path.Combine(folder, "holdfast-app"), Path.Combine(AppContext.BaseDirectory, "holdfast-app"));
        Generation.WriteFunctions(folder);
        return Read(folder);
    }

    public JsonObject[] Bindings(string function) => functions.TryGetValue(function, out var found) ? found : throw new InvalidOperationException($"{Folder} has no function {function}");

    /// <summary>The type of the function's trigger; null: there is no such function.</summary>
    public string? Trigger(string function) =>
        functions.TryGetValue(function, out var bindings) ? bindings.Select(b => (string)b["type"]!).Single(type => type.EndsWith("Trigger", StringComparison.Ordinal)) : null;

    /// <summary>Names of the function's bindings of one direction.</summary>
    public string[] Names(string function, string direction) => [.. Bindings(function).Where(b => (string)b["direction"]! == direction).Select(b => (string)b["name"]!).Order(StringComparer.Ordinal)];

    private JsonNode Json(string path) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, path)))!;
}
