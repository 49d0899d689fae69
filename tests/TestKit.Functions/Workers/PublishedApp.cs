using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace Holdfast.TestKit.Functions.Workers;

/// <summary>The folder of a published function app: which process its worker.config.json starts, and what its host.json sets.</summary>
public sealed class PublishedApp
{
    private const string WorkerRoot = "{WorkerRoot}";
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private readonly JsonNode host;

    public PublishedApp(string folder)
    {
        Folder = Path.GetFullPath(folder);
        var description =
            Read("worker.config.json")["description"] ?? throw new InvalidDataException($"{Folder}/worker.config.json has no description");
        Executable = Located(description["defaultExecutablePath"]!.GetValue<string>());
        WorkerPath = Located(description["defaultWorkerPath"]!.GetValue<string>());
        host = Read("host.json");
    }

    public string Folder { get; }

    public string Executable { get; }

    public string WorkerPath { get; }

    /// <summary>What stands before every route: host.json's extensions.http.routePrefix, or "api".</summary>
    public string RoutePrefix => host["extensions"]?["http"]?["routePrefix"]?.GetValue<string>() ?? "api";

    /// <summary>host.json as configuration keys, below <paramref name="section"/>.</summary>
    public IEnumerable<KeyValuePair<string, string?>> HostSettings(string section)
    {
        using var json = File.OpenRead(Path.Combine(Folder, "host.json"));
        return new ConfigurationBuilder()
            .AddJsonStream(json)
            .Build()
            .AsEnumerable()
            .Where(setting => setting.Value is not null)
            .Select(setting => KeyValuePair.Create($"{section}:{setting.Key}", setting.Value))
            .ToList();
    }

    private JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file)), documentOptions: Lenient)!;

    /// <summary>A path of the description: below the folder if a file is there, else a program to be found on PATH ("dotnet").</summary>
    private string Located(string path)
    {
        var inFolder = Path.Combine(Folder, path.Replace(WorkerRoot, "", StringComparison.Ordinal));
        return File.Exists(inFolder) ? inFolder : path;
    }
}
