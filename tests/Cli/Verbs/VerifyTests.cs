using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Control.Heads;
using Holdfast.TestKit.Running;
using Holdfast.TestKit.Stores;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>Levels of <c>verify</c>, and heads that are known from elsewhere.</summary>
public sealed class VerifyTests : IAsyncLifetime, IDisposable
{
    private const int Points = 4;

    private readonly HoldfastProgram holdfast = new();
    private readonly List<SealedPoint> points = [];

    private FolderStore Store => new(holdfast.Vault, TimeProvider.System);

    public async Task InitializeAsync()
    {
        holdfast.Variables["HOLDFAST_VAULT"] = holdfast.Vault;
        for (var hour = 0; hour < Points; hour++)
        {
            var manifest = $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c{{{hour}}}","namespace":"shop"}}""";
            points.Add(await SamplePoint.WriteAsync(Store, [new("configmaps", "shop", manifest)], SamplePoint.Time.AddHours(hour)));
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public async Task A_quick_look_reads_no_pack_and_says_so()
    {
        var (quick, full) = (await holdfast.RunAsync("verify", "--quick", "-o", "json"), await holdfast.RunAsync("verify", "-o", "json"));

        Assert.Equal(
            (0, true, 0, Points),
            (quick.Exit, (bool)quick.Json["intact"]!, (int)quick.Json["packs"]!, (int)quick.Json["packsSeen"]!)
        );
        Assert.Equal((Points, Points), ((int)full.Json["packs"]!, (int)full.Json["packsSeen"]!));
    }

    [Theory]
    [InlineData("100", Points), InlineData("100%", Points)]
    public async Task A_sample_of_all_packs_is_all_of_them(string sample, int read) =>
        Assert.Equal(read, (int)(await holdfast.RunAsync("verify", "--sample", sample, "-o", "json")).Json["packs"]!);

    [Fact]
    public async Task The_listed_head_finds_a_cut_tail()
    {
        var head = (string)(await holdfast.RunAsync("points", "-o", "json")).Json[Points - 1]!["head"]!;
        string[] expecting = ["verify", "--quick", "--cluster", "prod", "--expect-head", head, "-o", "json"];
        var before = await holdfast.RunAsync(expecting);
        Cut(points[^1]);

        var (unaware, aware) = (await holdfast.RunAsync("verify"), await holdfast.RunAsync(expecting));

        Assert.Equal(ChainHead.Of(points[^1]).ToString(), head);
        Assert.Equal((0, 0, 4), (before.Exit, unaware.Exit, aware.Exit));
        Assert.Contains(aware.Json["findings"]!.AsArray(), f => (string)f!["kind"]! == "Missing" && (bool)f["damage"]!);
    }

    [Fact]
    public async Task A_services_heads_find_a_cut_tail_and_a_cluster_that_is_gone()
    {
        var control = Path.Combine(holdfast.Home, "control");
        var documents = new FolderDocuments(control, TimeProvider.System);
        await new KnownHeads(documents).NoteAsync(Store, points[^1], default);
        var before = await holdfast.RunAsync("verify", "--control", control);
        Cut(points[^1]);
        var cut = await holdfast.RunAsync("verify", "--control", control);
        Directory.Delete(Path.Combine(holdfast.Vault, "clusters"), recursive: true);
        var gone = await holdfast.RunAsync("verify", "--control", control);

        Assert.Equal((0, 4, 4), (before.Exit, cut.Exit, gone.Exit));
    }

    [Theory]
    [InlineData("verify --quick --sample 5%")]
    [InlineData("verify --sample 0")]
    [InlineData("verify --sample 101%")]
    [InlineData("verify --sample some")]
    [InlineData("verify --expect-head 12")]
    [InlineData("verify latest --cluster prod --expect-head 1:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("capture --signing-key https://acme.vault.azure.net/keys/holdfast")]
    [InlineData("capture --signing-key https://acme.example.com/keys/holdfast/0123")]
    public async Task What_makes_no_sense_is_refused(string line) => Assert.Equal(2, (await holdfast.RunAsync(line.Split(' '))).Exit);

    private void Cut(SealedPoint point) =>
        Directory.Delete(Path.Combine(holdfast.Vault, VaultPaths.Points(SamplePoint.Cluster), point.Id.ToString()), recursive: true);
}
