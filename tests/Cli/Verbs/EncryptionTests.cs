using System.Text.Json.Nodes;
using Holdfast.Cli.Tests.Running;

namespace Holdfast.Cli.Tests.Verbs;

public sealed class EncryptionTests : IAsyncLifetime
{
    private const string Password = "aHVudGVyMg==";
    private const string PassphraseFile = "HOLDFAST_PASSPHRASE_FILE";

    private Workbench bench = null!;

    public async Task InitializeAsync() => bench = await Workbench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task What_losing_the_key_means_is_said_before_anything_is_written()
    {
        var file = Passphrase("first");

        var asked = await bench.RunAsync($"vault encrypt --passphrase-file {file}");
        var unkeyed = await bench.RunAsync("vault encrypt --confirm-key-is-kept");
        var done = await bench.RunAsync($"vault encrypt --passphrase-file {file} --confirm-key-is-kept -o json");

        Assert.Equal((2, 2, 0), (asked.Exit, unkeyed.Exit, done.Exit));
        Assert.Contains("loses every point", asked.Error);
        Assert.Equal((1, "everything", true), ((int)done.Json["number"]!, (string?)done.Json["encrypts"], (bool)done.Json["opens"]!));
        Assert.DoesNotContain("first, of many", done.Out + done.Error);
    }

    [Fact]
    public async Task An_encrypted_vault_is_captured_into_read_and_restored_with_the_key_and_refused_without()
    {
        await EncryptAsync("everything");
        var capture = await bench.RunAsync("capture");
        var restorable = await bench.RunAsync("cat latest --all -n shop --decrypt");
        bench.Holdfast.Variables.Remove(PassphraseFile);
        var (another, locked, verified, listed, keys) = (
            await bench.RunAsync("capture"),
            await bench.RunAsync("cat latest secret/db -n shop"),
            await bench.RunAsync("verify -o json"),
            await bench.RunAsync("points -o json"),
            await bench.RunAsync("vault keys")
        );

        Assert.True(capture.Exit == 0, capture.Error);
        Assert.Equal((0, 1, 1, 0, 1), (restorable.Exit, another.Exit, locked.Exit, listed.Exit, keys.Exit));
        var manifests = restorable.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Contains(manifests, m => (string?)m["kind"] == "Secret" && (string?)m["data"]!["password"] == Password);
        Assert.All(manifests, m => Assert.Null(m["metadata"]!["resourceVersion"] ?? m["metadata"]!["uid"]));
        Assert.Contains(PassphraseFile, locked.Error);
        Assert.Equal((0, "Locked"), (verified.Exit, (string?)verified.Json["findings"]!.AsArray().Single()!["kind"]));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(bench.Holdfast.Vault, "*", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains(Password, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Keys_change_and_every_point_still_reads()
    {
        await EncryptAsync("secrets");
        await bench.RunAsync("capture");
        var rotated = await bench.RunAsync("vault rotate-key -o json");
        await bench.CreateConfigAsync("more", """{"a":"b"}""");
        var second = await bench.RunAsync("capture -o json");
        var rewrapped = await bench.RunAsync($"vault rotate-key --rewrap --passphrase-file {Passphrase("second")}");
        var keys = await bench.RunAsync("vault keys -o json");
        var verified = await bench.RunAsync("verify");

        Assert.Equal((0, 0, 0, 0), (rotated.Exit, second.Exit, rewrapped.Exit, verified.Exit));
        Assert.Equal([true, true, false], keys.Json.AsArray().Select(k => (bool)k!["opens"]!));
        Assert.Equal(0, keys.Exit);
        // captures go by the newest document
        Assert.Equal(1, (await bench.RunAsync("capture")).Exit);
        bench.Holdfast.Variables[PassphraseFile] = Passphrase("second");
        Assert.Equal(0, (await bench.RunAsync("capture")).Exit);
    }

    [Fact]
    public async Task A_vault_that_must_be_encrypted_and_is_not_is_refused()
    {
        bench.Holdfast.Variables["HOLDFAST_ENCRYPTION"] = "everything";

        var capture = await bench.RunAsync("capture");

        Assert.Equal(1, capture.Exit);
        Assert.Contains("holdfast vault encrypt", capture.Error);
        Assert.False(Directory.Exists(bench.Holdfast.Vault));
    }

    private async Task EncryptAsync(string what)
    {
        bench.Holdfast.Variables[PassphraseFile] = Passphrase("first");
        Assert.Equal(0, (await bench.RunAsync($"vault encrypt --what {what} --confirm-key-is-kept")).Exit);
    }

    private string Passphrase(string name)
    {
        var file = Path.Combine(bench.Holdfast.Home, $"{name}.passphrase");
        File.WriteAllText(file, $"{name}, of many words\n");
        return file;
    }
}
