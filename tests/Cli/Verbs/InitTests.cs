using System.Text.Json.Nodes;
using Holdfast.Cli.Deployments;
using Holdfast.TestKit.Files;
using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Verbs;

public sealed class InitTests : IDisposable
{
    private const string Bicep = """
        {"name": "holdfast", "properties": {"provisioningState": "Succeeded", "outputs": {
          "vaultUrl": {"type": "String", "value": "https://st1.blob.core.windows.net/vault"},
          "controlUrl": {"type": "String", "value": "https://st1.blob.core.windows.net/control"},
          "apiUrl": {"type": "String", "value": "https://func-holdfast.azurewebsites.net/api"},
          "vaultAccountId": {"type": "String", "value": "/subscriptions/s/st1"},
          "signIn": {"type": "Object", "value": {"clientId": "c", "audience": "api://c"}},
          "standby": {"type": "Object", "value": {}}}}}
        """;

    private const string Terraform = """
        {"vault_url": {"sensitive": false, "type": "string", "value": "https://st1.blob.core.windows.net/vault"},
         "control_url": {"sensitive": false, "type": "string", "value": "https://st1.blob.core.windows.net/control"},
         "api_url": {"sensitive": false, "type": "string", "value": "https://func-holdfast.azurewebsites.net/api"},
         "vault_account_id": {"sensitive": false, "type": "string", "value": "/subscriptions/s/st1"},
         "sign_in": {"sensitive": false, "type": ["object", {}], "value": {"client_id": "c", "audience": "api://c"}},
         "standby": {"sensitive": false, "type": ["object", {}], "value": {
           "vault_url": "https://st2.blob.core.windows.net/vault", "control_url": "https://st2.blob.core.windows.net/control",
           "api_url": "https://func-holdfastdr.azurewebsites.net/api", "vault_account_id": "/subscriptions/s/st2"}}}
        """;

    private readonly HoldfastProgram holdfast = new();

    private string Written => Path.Combine(holdfast.Home, ".config", "holdfast", "config.yaml");

    public InitTests() => holdfast.Variables["XDG_CONFIG_HOME"] = "";

    public void Dispose() => holdfast.Dispose();

    [Fact]
    public async Task The_outputs_of_Bicep_become_the_configuration_that_the_other_verbs_use()
    {
        var run = await InitAsync(Bicep, "-o", "json");

        Assert.True(run.Exit == 0, run.Error);
        Assert.Equal(Written, (string?)run.Json["file"]);
        Assert.Contains("api://c/.default", run.Json["next"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Written));
        Assert.Equal("https://st1.blob.core.windows.net/vault", await SettingAsync("vault"));
        Assert.Equal("https://st1.blob.core.windows.net/control", await SettingAsync("control"));
    }

    [Fact]
    public async Task The_outputs_of_Terraform_do_too_with_a_profile_for_the_second_region_and_the_keys_to_trust()
    {
        var keys = Path.Combine(holdfast.Home, "seals.pem");
        await File.WriteAllTextAsync(keys, "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n");

        var run = await InitAsync(Terraform, "--public-key", keys);

        Assert.True(run.Exit == 0, run.Error);
        Assert.Equal("https://st1.blob.core.windows.net/vault", await SettingAsync("vault"));
        Assert.Equal("https://st2.blob.core.windows.net/vault", await SettingAsync("vault", "--profile", "standby"));
        Assert.Equal(keys, await SettingAsync("publicKeys"));
    }

    [Fact]
    public async Task A_configuration_that_is_there_is_replaced_only_when_that_is_asked_for()
    {
        await InitAsync(Bicep);
        var before = await File.ReadAllTextAsync(Written);

        var refused = await InitAsync(Terraform);
        var kept = await File.ReadAllTextAsync(Written);
        var replaced = await InitAsync(Terraform, "--replace");

        Assert.Equal((2, 0), (refused.Exit, replaced.Exit));
        Assert.Contains("--replace", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, kept);
        Assert.Contains("st2", await File.ReadAllTextAsync(Written), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing", "isn't JSON")]
    [InlineData("[]", "JSON object")]
    [InlineData("{}", "'vaultUrl'")]
    [InlineData("""{"vault_url": {"value": "http://plain"}}""", "https")]
    public async Task What_is_no_deployment_is_refused_with_what_to_give_and_nothing_is_written(string text, string words)
    {
        var run = await InitAsync(text);

        Assert.Equal(2, run.Exit);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Written));
    }

    [Theory]
    [InlineData("/subscriptions/s/resourceGroups/g", "isn't the resource id of a deployment")]
    [InlineData("nowhere.json", "nowhere.json")]
    public async Task What_can_not_be_read_is_named(string from, string words)
    {
        var run = await holdfast.RunAsync("init", "--from-deployment", from);

        Assert.Equal(2, run.Exit);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    /// <summary>Both templates give out what is read, in both regions; a name that is changed there has to be changed here.</summary>
    [Fact]
    public void Both_templates_give_out_what_is_read()
    {
        var bicep = File.ReadAllText(RepositoryFiles.Path("infra/bicep/main.bicep"));
        var terraform = File.ReadAllText(RepositoryFiles.Path("infra/terraform/outputs.tf"));

        Assert.All(
            DeploymentOutputs.Names,
            name =>
            {
                Assert.Contains($"\noutput {name} ", bicep, StringComparison.Ordinal);
                Assert.Contains($"output \"{DeploymentOutputs.Snake(name)}\"", terraform, StringComparison.Ordinal);
            }
        );
        Assert.All(
            DeploymentOutputs.Names.Where(name => name is not ("signIn" or "standby")),
            name =>
            {
                Assert.Contains($"      {name}: secondary!.outputs.{name}", bicep, StringComparison.Ordinal);
                Assert.Matches($@"\n    {DeploymentOutputs.Snake(name)} += module\.secondary", terraform);
            }
        );
        Assert.Contains("audience: entra!.outputs.audience", bicep, StringComparison.Ordinal);
    }

    private async Task<Finished> InitAsync(string document, params string[] options)
    {
        using var process = holdfast.Start(["init", "--from-deployment", "-", .. options]);
        await process.StandardInput.WriteAsync(document);
        process.StandardInput.Close();
        return await HoldfastProgram.FinishAsync(process);
    }

    private async Task<string?> SettingAsync(string name, params string[] options)
    {
        var run = await holdfast.RunAsync(["config", "show", "-o", "json", .. options]);
        Assert.True(run.Exit == 0, run.Error);
        return (string?)run.Json["settings"]!.AsArray().OfType<JsonObject>().Single(s => (string?)s["setting"] == name)["value"];
    }
}
