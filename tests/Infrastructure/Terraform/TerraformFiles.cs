using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Holdfast.TestKit.Files;

namespace Holdfast.Infrastructure.Tests.Terraform;

/// <summary>A resource or data source of a module.</summary>
/// <param name="Type">Of a data source <c>data.TYPE</c>.</param>
internal sealed record TerraformResource(string Module, string Type, string Name, JsonObject Body)
{
    public override string ToString() => $"{Module}: {Type}.{Name}";

    /// <param name="path">Of attributes, and of blocks, of which the first counts.</param>
    public JsonNode? At(string path)
    {
        JsonNode? node = Body;
        foreach (var part in path.Split('.'))
            node = (node is JsonArray { Count: > 0 } blocks ? blocks[0] : node) is JsonObject members ? members[part] : null;
        return node;
    }
}

/// <summary>One folder of Terraform files, which are read together.</summary>
/// <param name="Name">Of the root: <c>root</c>.</param>
internal sealed record TerraformModule(string Name, JsonObject Content)
{
    public IEnumerable<TerraformResource> Resources => Of("resource").Concat(Of("data").Select(r => r with { Type = $"data.{r.Type}" }));

    /// <summary>Modules that it calls, by their names here.</summary>
    public IEnumerable<(string Name, JsonObject Body)> Calls => Named("module");

    public IEnumerable<(string Name, JsonObject Body)> Variables => Named("variable");

    public IEnumerable<(string Name, JsonObject Body)> Outputs => Named("output");

    public IEnumerable<string> Locals =>
        (Content["locals"] as JsonArray ?? []).SelectMany(block => block!.AsObject().Select(local => local.Key));

    /// <summary>Where a call leads: the name of a module.</summary>
    public static string TargetOf(JsonObject call) => Path.GetFileName((string)call["source"]!);

    private IEnumerable<TerraformResource> Of(string kind) =>
        from type in Content[kind] as JsonObject ?? []
        from name in type.Value!.AsObject()
        select new TerraformResource(Name, type.Key, name.Key, name.Value![0]!.AsObject());

    private IEnumerable<(string, JsonObject)> Named(string kind) =>
        (Content[kind] as JsonObject ?? []).Select(one => (one.Key, one.Value![0]!.AsObject()));
}

/// <summary>All modules below <c>infra/terraform</c>, or of a changed copy.</summary>
internal sealed record TerraformFiles(ImmutableArray<TerraformModule> Modules, JsonObject Schemas)
{
    public IEnumerable<TerraformResource> Resources => Modules.SelectMany(m => m.Resources);

    public TerraformModule Module(string name) => Modules.Single(m => m.Name == name);

    /// <summary>Several copies at once: most of the time goes into starting and schemas.</summary>
    public static async Task<TerraformFiles[]> ReadAsync(params string[] folders)
    {
        var script = RepositoryFiles.Path("tests/Infrastructure/terraform.mjs");
        var start = new ProcessStartInfo("node", [script, .. folders])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEndAsync();
        var read = JsonNode.Parse(await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await said);
        var schemas = read!["schemas"]!.AsObject();
        return [.. read["folders"]!.AsArray().Select(files => new TerraformFiles([.. ModulesOf(files!.AsObject())], schemas))];
    }

    private static IEnumerable<TerraformModule> ModulesOf(JsonObject files) =>
        from file in files
        group file.Value!.AsObject() by Path.GetDirectoryName(file.Key) is { Length: > 0 } folder
            ? Path.GetFileName(folder)
            : "root" into module
        select new TerraformModule(module.Key, Merged(module));

    /// <summary>As if their content stood in one file.</summary>
    private static JsonObject Merged(IEnumerable<JsonObject> files)
    {
        var merged = new JsonObject();
        foreach (var (kind, value) in files.SelectMany(file => file))
            if (merged[kind] is null)
                merged[kind] = value!.DeepClone();
            else
                Merge(merged[kind]!, value!);
        return merged;
    }

    private static void Merge(JsonNode into, JsonNode from)
    {
        if (into is JsonArray all)
            foreach (var one in from.AsArray())
                all.Add(one!.DeepClone());
        else
            foreach (var (name, value) in from.AsObject())
                if (into[name] is { } there)
                    Merge(there, value!);
                else
                    into[name] = value!.DeepClone();
    }
}
