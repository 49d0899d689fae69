using System.Security.Cryptography;
using Holdfast.Cli.Tests.Running;

namespace Holdfast.Cli.Tests.Verbs;

public sealed class SigningTests : IAsyncLifetime
{
    private Workbench bench = null!;

    public async Task InitializeAsync() => bench = await Workbench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_signed_point_is_believed_by_its_public_key_and_by_no_other()
    {
        var (mine, other) = (NewKey("mine"), NewKey("other"));
        var capture = await bench.RunAsync($"capture --signing-key {mine.Private} -o json");

        var believed = await bench.RunAsync($"verify --public-key {other.Public} --public-key {mine.Public} -o json");
        var doubted = await bench.RunAsync($"verify --public-key {other.Public} -o json");

        Assert.True(capture.Exit == 0, capture.Error);
        Assert.Equal((0, true), (believed.Exit, (bool)believed.Json["intact"]!));
        Assert.Equal((4, "BadSignature"), (doubted.Exit, (string?)doubted.Json["findings"]!.AsArray().Single()!["kind"]));
        Assert.Equal(0, (await bench.RunAsync("verify")).Exit);
    }

    [Fact]
    public async Task An_unsigned_point_is_damage_where_a_key_is_trusted_unless_allowed()
    {
        var key = NewKey("key");
        await bench.RunAsync("capture");

        var refused = await bench.RunAsync($"verify latest --public-key {key.Public} -o json");
        var allowed = await bench.RunAsync($"verify latest --public-key {key.Public} --allow-unsigned");

        Assert.Equal((4, "BadSignature"), (refused.Exit, (string?)refused.Json["findings"]!.AsArray().Single()!["kind"]));
        Assert.Equal(0, allowed.Exit);
    }

    [Fact]
    public async Task The_variable_holds_the_key_that_no_option_names()
    {
        var (first, second) = (NewKey("first"), NewKey("second"));
        bench.Holdfast.Variables["HOLDFAST_SIGNING_KEY"] = (await File.ReadAllTextAsync(first.Private)).Replace(
            "\n",
            "\\n",
            StringComparison.Ordinal
        );

        await bench.RunAsync("capture");
        var byVariable = await bench.RunAsync($"verify --public-key {first.Public}");
        await bench.RunAsync($"capture --cluster other --signing-key {second.Private}");
        var byOption = await bench.RunAsync($"verify --cluster other --public-key {second.Public}");

        Assert.Equal((0, 0), (byVariable.Exit, byOption.Exit));
    }

    [Fact]
    public async Task The_configuration_file_names_the_keys_that_neither_option_nor_variable_does()
    {
        var (mine, other) = (NewKey("mine"), NewKey("other"));
        var file = Path.Combine(bench.Holdfast.Home, "config.yaml");
        bench.Holdfast.Variables["HOLDFAST_CONFIG"] = file;
        await File.WriteAllTextAsync(file, $"signingKey: {mine.Private}\npublicKeys: [{other.Public}, {mine.Public}]\n");

        var capture = await bench.RunAsync("capture");
        var byFile = await bench.RunAsync("verify");
        var byOption = await bench.RunAsync($"verify --public-key {other.Public}");
        bench.Holdfast.Variables["HOLDFAST_PUBLIC_KEYS"] = await File.ReadAllTextAsync(other.Public);
        var byVariable = await bench.RunAsync("verify");

        Assert.True(capture.Exit == 0, capture.Error);
        Assert.Equal((0, 4, 4), (byFile.Exit, byOption.Exit, byVariable.Exit));
    }

    [Fact]
    public async Task What_is_not_a_key_is_refused_before_anything_is_begun_and_never_quoted()
    {
        var key = NewKey("key");
        var text = (await File.ReadAllTextAsync(key.Private)).Trim();
        var damaged = Path.Combine(bench.Holdfast.Home, "damaged.pem");
        await File.WriteAllTextAsync(damaged, text.Replace(text[40..60], "hunter2hunter2hunter", StringComparison.Ordinal));
        string[][] lines =
        [
            ["capture", "--signing-key", damaged],
            ["capture", "--signing-key", key.Public],
            ["capture", "--signing-key", "/nowhere/key"],
            ["capture", "--signing-key", text],
            ["verify", "--public-key", damaged],
            ["verify", "--public-key", "/nowhere/key"],
            ["verify", "--allow-unsigned"],
        ];

        foreach (var line in lines)
        {
            var run = await bench.Holdfast.RunAsync(line);

            Assert.Equal((2, ""), (run.Exit, run.Out));
            Assert.Contains("--", run.Error);
            Assert.DoesNotContain(text[60..80], run.Error);
            Assert.DoesNotContain("hunter2", run.Error);
        }
        Assert.False(
            Directory.Exists(bench.Holdfast.Vault) && Directory.EnumerateFiles(bench.Holdfast.Vault, "*", SearchOption.AllDirectories).Any()
        );
    }

    [Theory]
    [
        InlineData("plan latest -n shop"),
        InlineData("restore latest -n shop --yes"),
        InlineData("cat latest configmap/settings -n shop"),
        InlineData("show latest"),
        InlineData("diff latest -n shop")
    ]
    public async Task Behind_a_signed_point_an_unsigned_one_is_read_only_when_that_is_asked_for(string line)
    {
        var key = NewKey("key");
        var signed = (string)(await bench.RunAsync($"capture --signing-key {key.Private} -o json")).Json["point"]!;
        var unsigned = (string)(await bench.RunAsync("capture --full -o json")).Json["point"]!;

        var refused = await bench.RunAsync($"{line} -o json");
        var keyed = await bench.RunAsync($"{line.Replace("latest", unsigned, StringComparison.Ordinal)} --public-key {key.Public} -o json");
        var latest = await bench.RunAsync($"{line} --public-key {key.Public}");
        var allowed = await bench.RunAsync($"{line} --allow-unsigned");

        Assert.Equal((4, "", "vault"), (refused.Exit, refused.Out, (string?)refused.ErrorJson["kind"]));
        Assert.Equal((4, ""), (keyed.Exit, keyed.Out));
        Assert.Equal((4, ""), (latest.Exit, latest.Out));
        Assert.Contains(unsigned, latest.Error);
        Assert.Contains($"trusted is {signed}", latest.Error);
        Assert.True(allowed.Exit == 0, allowed.Error);
    }

    [Fact]
    public async Task The_list_of_points_shows_which_can_not_be_trusted_and_ends_with_4()
    {
        var key = NewKey("key");
        await bench.RunAsync($"capture --signing-key {key.Private}");
        var before = await bench.RunAsync("points");
        await bench.RunAsync("capture --full");

        var points = await bench.RunAsync("points -o json");
        var other = await bench.RunAsync($"points --public-key {NewKey("other").Public} -o json");

        Assert.Equal((0, 4, 4), (before.Exit, points.Exit, other.Exit));
        Assert.Equal([false, true], points.Json.AsArray().Select(p => p!["untrusted"] is not null));
        Assert.Equal([true, true], other.Json.AsArray().Select(p => p!["untrusted"] is not null));
    }

    [Fact]
    public async Task A_seal_that_was_left_out_or_swapped_is_found_by_the_list_of_points()
    {
        for (var i = 0; i < 3; i++)
            await bench.RunAsync("capture --full");
        var middle = Directory
            .GetFiles(bench.Holdfast.Vault, "seal.json", SearchOption.AllDirectories)
            .Single(f => File.ReadAllText(f).Contains("\"sequence\":2,", StringComparison.Ordinal));
        Assert.Equal(0, (await bench.RunAsync("points")).Exit);
        File.Move(middle, Path.Combine(bench.Holdfast.Home, "seal.json"));

        var points = await bench.RunAsync("points");

        Assert.Equal(4, points.Exit);
        Assert.Contains(Path.GetFileName(Path.GetDirectoryName(middle)!), points.Error);
    }

    [Fact]
    public async Task The_variable_holds_the_keys_that_no_option_names()
    {
        var (mine, other) = (NewKey("mine"), NewKey("other"));
        await bench.RunAsync($"capture --signing-key {mine.Private}");
        bench.Holdfast.Variables["HOLDFAST_PUBLIC_KEYS"] =
            await File.ReadAllTextAsync(other.Public) + await File.ReadAllTextAsync(mine.Public);
        var both = await bench.RunAsync("show latest");
        bench.Holdfast.Variables["HOLDFAST_PUBLIC_KEYS"] = (await File.ReadAllTextAsync(other.Public)).Replace(
            "\n",
            "\\n",
            StringComparison.Ordinal
        );

        Assert.Equal((0, 4), (both.Exit, (await bench.RunAsync("show latest")).Exit));
    }

    private (string Private, string Public) NewKey(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (secret, open) = (Path.Combine(bench.Holdfast.Home, $"{name}.key"), Path.Combine(bench.Holdfast.Home, $"{name}.pub"));
        File.WriteAllText(secret, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(open, key.ExportSubjectPublicKeyInfoPem());
        return (secret, open);
    }
}
