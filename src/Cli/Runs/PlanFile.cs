using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Cli.Invoking;
using Holdfast.Protection.Restore;

namespace Holdfast.Cli.Runs;

/// <summary>A plan in a file: written whole or not at all, read strictly.</summary>
internal static class PlanFile
{
    public static async Task WriteAsync(string path, RestorePlan plan, CancellationToken cancellation)
    {
        var aside = $"{path}.{plan.Run}.tmp";
        try
        {
            await using (var file = File.Create(aside))
                await JsonSerializer.SerializeAsync(file, plan, PlanJson.Default.RestorePlan, cancellation);
            File.Move(aside, path, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <exception cref="UsageException">There is no such file, or it is no plan.</exception>
    public static async Task<RestorePlan> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
            throw new UsageException($"there is no plan file '{path}'; `holdfast plan POINT --out {path}` makes one");
        try
        {
            await using var file = File.OpenRead(path);
            return await JsonSerializer.DeserializeAsync(file, PlanJson.Default.RestorePlan, cancellation) ?? throw new JsonException("the document is null");
        }
        catch (JsonException e)
        {
            throw new UsageException($"'{path}' is not a plan that `holdfast plan --out` wrote: {e.Message}");
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RestorePlan))]
internal sealed partial class PlanJson : JsonSerializerContext;
