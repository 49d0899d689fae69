using System.Security.Cryptography;
using Holdfast.Cli.Tests.Running;
using Xunit.Abstractions;

namespace Holdfast.Cli.Tests.Faults;

/// <summary>Every file of a captured vault is hurt in turn, and `holdfast verify` names it. Which byte, and how, is random.</summary>
public sealed class DamageTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly (string Name, Func<byte[], Random, byte[]?> Hurt)[] Ways =
    [
        (
            "flipped",
            (bytes, random) =>
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            }
        ),
        ("torn", (bytes, random) => bytes[..random.Next(bytes.Length)]),
        ("grown", (bytes, random) => [.. bytes, (byte)random.Next(256)]),
        ("missing", (_, _) => null),
    ];

    private readonly int seed = RandomNumberGenerator.GetInt32(int.MaxValue);
    private Workbench bench = null!;
    private FolderVault vault = null!;

    public async Task InitializeAsync()
    {
        bench = await Workbench.StartAsync();
        vault = new(bench.Holdfast.Vault);
        Assert.Equal(0, (await bench.RunAsync("capture")).Exit);
        await bench.CreateConfigAsync("later", """{"a":"b"}""");
        Assert.Equal(0, (await bench.RunAsync("capture")).Exit);
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_torn_flipped_missing_or_foreign_byte_in_any_file_is_named_by_verify()
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await AssertIntactAsync();
        var way = random.Next(Ways.Length);
        foreach (var file in vault.Blobs)
            await HurtAsync(file, Ways[way++ % Ways.Length], random);
        await AssertIntactAsync();
    }

    [Fact]
    public async Task Damaged_packs_are_named_with_the_segments_in_them()
    {
        foreach (var pack in vault.Blobs.Where(f => f.EndsWith(".ndjson.gz", StringComparison.Ordinal)))
            Replace(pack, null);

        var run = await bench.RunAsync("verify -o json");

        var subjects = run.Json["findings"]!.AsArray().Select(f => (string?)f!["subject"]).ToArray();
        Assert.Equal(4, run.Exit);
        Assert.Contains("configmaps in shop", subjects);
        Assert.Contains("secrets in shop", subjects);
        Assert.Contains("namespaces", subjects);
    }

    [Theory]
    [InlineData("clusters/simulator/notes.txt")]
    [InlineData("clusters/simulator/.DS_Store")]
    [InlineData("clusters/simulator/packs/back up~ of (1).gz")]
    [InlineData("clusters/simulator/points/POINT/inventory.json")]
    [InlineData("clusters/simulator/points/POINT/extra/seal.json")]
    public async Task A_foreign_file_is_named_and_hurts_nothing(string path)
    {
        var point = (await vault.WholePointsAsync(Archive.Format.ClusterName.Parse("simulator")))[0].Id.ToString();
        var file = Path.Combine(bench.Holdfast.Vault, path.Replace("POINT", point, StringComparison.Ordinal));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "not ours");

        var run = await bench.RunAsync("verify -o json");

        Assert.True(run.Exit == 0, run.Out + run.Error);
        var finding = Assert.Single(run.Json["findings"]!.AsArray())!;
        Assert.Equal(("Foreign", vault.PathOf(file)), ((string?)finding["kind"], (string?)finding["path"]));
    }

    private async Task HurtAsync(string file, (string Name, Func<byte[], Random, byte[]?> Hurt) way, Random random)
    {
        var (path, good) = (vault.PathOf(file), File.ReadAllBytes(file));
        Replace(file, way.Hurt([.. good], random));

        var run = await bench.RunAsync("verify -o json");

        Assert.True(run.Exit == 4, $"{path} {way.Name}: exit {run.Exit} {run.Out}{run.Error}");
        Assert.Contains(run.Json["findings"]!.AsArray(), f => (bool)f!["damage"]! && (string?)f["path"] == path);
        Replace(file, good);
    }

    private static void Replace(string file, byte[]? content)
    {
        if (File.Exists(file))
            File.SetAttributes(file, FileAttributes.Normal);
        File.Delete(file);
        if (content is not null)
            File.WriteAllBytes(file, content);
    }

    private async Task AssertIntactAsync()
    {
        var run = await bench.RunAsync("verify -o json");
        Assert.True(run.Exit == 0 && (bool)run.Json["intact"]!, run.Out + run.Error);
        Assert.Empty(run.Json["findings"]!.AsArray());
    }
}
