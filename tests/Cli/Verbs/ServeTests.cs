using System.Diagnostics;
using System.Security.Cryptography;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>The verb becomes the service's program: here a script stands for it.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly HoldfastProgram holdfast = new();

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public async Task Arguments_settings_and_the_exit_code_go_through()
    {
        Install("""echo "$@ $HOLDFAST_DATA $HOLDFAST_PORT $HOLDFAST_VAULT $KEPT"; exit 7""");
        holdfast.Variables["KEPT"] = "kept";

        var run = await holdfast.RunAsync("serve", "--data", "/srv/holdfast", "--port", "0", "--vault", "/vault", "-o", "json");

        Assert.Equal((7, "serve --json /srv/holdfast 0 /vault kept\n"), (run.Exit, run.Out));
    }

    [Fact]
    public async Task The_service_gets_what_the_configuration_file_has_and_keys_as_text()
    {
        Install("""echo "$HOLDFAST_VAULT $HOLDFAST_CONTROL $HOLDFAST_PUBLIC_KEYS $HOLDFAST_SIGNING_KEY" """);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(Path.Combine(holdfast.Home, "key"), key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(Path.Combine(holdfast.Home, "pub"), key.ExportSubjectPublicKeyInfoPem());
        await File.WriteAllTextAsync(
            Path.Combine(holdfast.Home, "config.yaml"),
            "vault: /vault\ncontrol: /control\npublicKeys: pub\nsigningKey: key\n"
        );

        var run = await holdfast.RunAsync("serve", "--config", "config.yaml");

        Assert.Equal($"/vault /control {key.ExportSubjectPublicKeyInfoPem()} {key.ExportPkcs8PrivateKeyPem()}\n", run.Out);
    }

    [Fact]
    public async Task It_is_the_same_process_and_its_signals_are_the_services()
    {
        Install("""trap 'echo stopped; exit 9' TERM; echo $$; while :; do sleep 0.1; done""");
        using var process = holdfast.Start("serve");
        var id = await process.StandardOutput.ReadLineAsync();

        await Signals.SendAsync(process, "TERM");
        var finished = await HoldfastProgram.FinishAsync(process);

        Assert.Equal($"{process.Id}", id);
        Assert.Equal((9, "stopped\n"), (finished.Exit, finished.Out));
    }

    [Fact]
    public async Task Without_the_services_program_it_says_where_it_looked()
    {
        holdfast.Variables["HOLDFAST_APP"] = "/nowhere/holdfast-app";

        var run = await holdfast.RunAsync("serve");

        Assert.Equal(1, run.Exit);
        Assert.Contains("/nowhere/holdfast-app", run.Error);
    }

    private void Install(string script)
    {
        var path = Path.Combine(holdfast.Home, "app.sh");
        File.WriteAllText(path, $"#!/bin/bash\n{script}\n");
        using var chmod = Process.Start("chmod", ["+x", path]);
        chmod.WaitForExit();
        holdfast.Variables["HOLDFAST_APP"] = path;
    }
}
