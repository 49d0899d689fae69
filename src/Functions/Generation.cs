using Holdfast.Functions.Api;
using Holdfast.Functions.OpenApi;
using Holdfast.Functions.Triggering;
using Holdfast.Orchestrations;

namespace Holdfast.Functions;

/// <summary>Files that are written from the code's own declarations.</summary>
internal static class Generation
{
    public static void WriteFunctions(string folder) => FunctionDocument.WriteAll(new(HoldfastRegistry.Create(NoEnvironment.Instance)), folder);

    public static async Task WriteOpenApiAsync(string file) => await File.WriteAllBytesAsync(file, await OpenApiDocument.OfAsync(Routes.All));
}
