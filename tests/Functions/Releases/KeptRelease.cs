using System.Net;
using Holdfast.Functions.App;
using Holdfast.Functions.Tests.Api;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Functions.Tests.Releases;

/// <summary>
/// What a release has left behind: a vault, and a control container with every document that it ever wrote, of finished and unfinished work
/// (<c>tests/vectors/releases/VERSION</c>). A folder is never changed once its version is released.
/// </summary>
internal static class KeptRelease
{
    private static string Folder => Path.Combine(Repository.Root, "tests", "vectors", "releases");

    public static IEnumerable<string> Versions =>
        Directory.EnumerateDirectories(Folder).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal);

    public static string Current { get; } = typeof(HoldfastApp).Assembly.GetName().Version!.ToString(3);

    public static string VaultOf(string version) => Path.Combine(Folder, version, "vault");

    public static string ControlOf(string version) => Path.Combine(Folder, version, "control");

    /// <summary>Works with this build as people do, and keeps what that leaves behind.</summary>
    public static async Task RecordAsync()
    {
        var control = new EverWritten();
        using var bench = new ApiBench { Control = control };
        await bench.InitializeAsync();
        await WorkAsync(bench);
        foreach (var (path, content) in control.Written)
            await WriteAsync(Path.Combine(ControlOf(Current), path), content);
        await foreach (var blob in bench.Vault.ListAsync("", default))
            await WriteAsync(Path.Combine(VaultOf(Current), blob.Path), (await bench.Vault.ReadAsync(blob.Path, null, default))!);
        await bench.DisposeAsync();
    }

    private static async Task WorkAsync(ApiBench bench)
    {
        await (await bench.RegisterAsync("prod")).Simulator.SeedSampleApplicationAsync(default);
        await bench.RegisterAsync("test");
        (await bench.SendAsync(HttpMethod.Put, "/api/policies/hourly", ApiBench.Policy("hourly", "0 * * * *"), "Operator")).Is(
            HttpStatusCode.Created
        );
        var captured = await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod"]}""", key: "the-first"));
        var point = (string)captured["capture"]!["point"]!;
        await bench.ReportAsync(
            await bench.PostAsync("/api/plans", $$"""{"cluster":"prod","point":"{{point}}","target":"test","intoOtherCluster":true}""")
        );
        await bench.ReportAsync(
            await bench.PostAsync("/api/restores", $$"""{"cluster":"prod","point":"{{point}}","target":"test","intoOtherCluster":true}""")
        );
        await TickAsync(bench, new(2026, 11, 22, 11, 59, 0, TimeSpan.Zero));
        await TickAsync(bench, new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
        (await bench.PostAsync("/api/captures", """{"clusters":["nowhere"]}""")).Is(HttpStatusCode.UnprocessableEntity);
    }

    private static async Task TickAsync(ApiBench bench, DateTimeOffset at)
    {
        var tick = new TickOrder(at);
        await bench.Engine.ScheduleNewOrchestrationInstanceAsync(
            Orchestrators.Schedule,
            tick,
            new StartOrchestrationOptions(tick.InstanceId)
        );
        await bench.Engine.WaitForInstanceCompletionAsync(tick.InstanceId).WaitAsync(TimeSpan.FromMinutes(1));
    }

    private static async Task WriteAsync(string file, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllBytesAsync(file, content);
    }
}
