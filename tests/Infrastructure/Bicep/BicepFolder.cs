using System.Diagnostics;
using System.Text.Json.Nodes;
using Holdfast.TestKit.Files;

namespace Holdfast.Infrastructure.Tests.Bicep;

/// <summary>
/// A copy of the repository's Bicep files, to be compiled where it may be changed: with the scenarios of this project, and with the types
/// of Microsoft Graph from this project's folder instead of a registry.
/// </summary>
internal sealed class BicepFolder(BicepProcess compiler, string path, string extension)
{
    private static readonly JsonObject Place = new()
    {
        ["tenantId"] = "00000000-0000-0000-0000-00000000000f",
        ["subscriptionId"] = "00000000-0000-0000-0000-000000000001",
        ["resourceGroup"] = "holdfast",
        ["location"] = "westeurope",
        ["deploymentName"] = "main",
    };

    public void Fill()
    {
        Copy(RepositoryFiles.Path("infra/bicep"), Path.Combine(path, "bicep"));
        Copy(RepositoryFiles.Path("infra/shared"), Path.Combine(path, "shared"));
        Copy(RepositoryFiles.Path("tests/Infrastructure/Scenarios"), Path.Combine(path, "scenarios"));
        var file = Path.Combine(path, "bicep", "bicepconfig.json");
        var settings = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        settings["extensions"] = new JsonObject { ["microsoftGraphV1"] = extension };
        File.WriteAllText(file, settings.ToJsonString());
        File.Copy(file, Path.Combine(path, "scenarios", "bicepconfig.json"));
    }

    /// <param name="file">Below <c>infra</c>.</param>
    public void Edit(string file, string from, string to)
    {
        var target = Path.Combine(path, file);
        var text = File.ReadAllText(target);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(target, text.Replace(from, to, StringComparison.Ordinal));
    }

    /// <summary>The compiled template, and all that the compiler and its linter say of it and its modules.</summary>
    /// <param name="file">Below <c>infra/bicep</c>.</param>
    public async Task<(string? Template, string[] Findings)> CompileAsync(string file)
    {
        var answer = await compiler.AskAsync("bicep/compile", new() { ["path"] = Path.Combine(path, "bicep", file) });
        var findings = answer["diagnostics"]!
            .AsArray()
            .Select(d => $"{Path.GetFileName((string)d!["source"]!)}: {d["level"]} {d["code"]}: {d["message"]}");
        return ((string?)answer["contents"], [.. findings]);
    }

    /// <summary>What a scenario would deploy, with its expressions evaluated.</summary>
    public async Task<Deployment> DeployAsync(string scenario)
    {
        var file = Path.Combine(path, "scenarios", $"{scenario}.bicepparam");
        var answer = await compiler.AskAsync("bicep/getSnapshot", new() { ["path"] = file, ["metadata"] = Place.DeepClone() });
        return Deployment.Parse((string)answer["snapshot"]!);
    }

    public static async Task<string> PublishExtensionAsync(string folder)
    {
        var target = Path.Combine(folder, "microsoftGraph.tgz");
        var types = RepositoryFiles.Path("tests/Infrastructure/MicrosoftGraph/index.json");
        var start = new ProcessStartInfo(BicepProcess.Program, ["publish-extension", types, "--target", target])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
        return target;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
