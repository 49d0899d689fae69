using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Configuration;

/// <summary>Options come before the environment, the environment before the file, and the file before the default.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly HoldfastProgram holdfast = new();
    private readonly string file;

    public ConfigurationTests()
    {
        file = Path.Combine(holdfast.Home, ".config", "holdfast", "config.yaml");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    }

    public void Dispose() => holdfast.Dispose();

    /// <summary>A setting with its value in the file, in its variable, and as its option.</summary>
    public static TheoryData<string, string, string, string, string, string> Settings =>
        new()
        {
            { "vault", "/of/file", "HOLDFAST_VAULT", "/of/variable", "--vault", "/of/option" },
            { "cluster", "of-file", "HOLDFAST_CLUSTER", "of-variable", "--cluster", "of-option" },
            { "kubeconfig", "/of/file", "KUBECONFIG", "/of/variable", "--kubeconfig", "/of/option" },
            { "context", "of-file", "HOLDFAST_CONTEXT", "of-variable", "--context", "of-option" },
            { "auth", "entra", "HOLDFAST_AUTH", "kubeconfig", "--auth", "entra" },
            { "quiet", "true", "HOLDFAST_QUIET", "false", "--quiet", "true" },
        };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task An_option_comes_before_the_environment_and_that_before_the_file_and_that_before_the_default(
        string setting,
        string ofFile,
        string variable,
        string ofVariable,
        string option,
        string ofOption
    )
    {
        var nothing = await ShowAsync(setting);
        await File.WriteAllTextAsync(file, $"{setting}: {ofFile}\n");
        var byFile = await ShowAsync(setting);
        holdfast.Variables[variable] = ofVariable;
        var byVariable = await ShowAsync(setting);
        var byOption = await ShowAsync(setting, option, ofOption);

        Assert.True(nothing.From is null or "default", $"it comes from {nothing.From}");
        Assert.Equal((ofFile, "file", $"{file}:1"), byFile);
        Assert.Equal((ofVariable, "environment", variable), byVariable);
        Assert.Equal((ofOption, "option", option), byOption);
    }

    [Fact]
    public async Task The_profile_that_is_named_comes_before_the_files_own_choice_and_its_settings_before_those_outside()
    {
        await File.WriteAllTextAsync(
            file,
            """
            vault: /outside
            cluster: outside
            profile: test
            profiles:
              prod:
                vault: /prod
              test:
                vault: /test
            """
        );

        var chosen = await ShowAsync("vault");
        var outside = await ShowAsync("cluster");
        holdfast.Variables["HOLDFAST_PROFILE"] = "prod";
        var byVariable = await ShowAsync("vault");
        var byOption = await ShowAsync("vault", "--profile", "test");

        Assert.Equal(("/test", "file", $"{file}:8"), chosen);
        Assert.Equal(("outside", "file", $"{file}:2"), outside);
        Assert.Equal("/prod", byVariable.Value);
        Assert.Equal("/test", byOption.Value);
    }

    [Fact]
    public async Task Verbs_use_the_file()
    {
        Directory.CreateDirectory(Path.Combine(holdfast.Home, ".config", "holdfast", "backups"));
        await File.WriteAllTextAsync(file, "vault: backups\noutput: json\n");

        var points = await holdfast.RunAsync("points");

        Assert.Equal((0, "[]\n"), (points.Exit, points.Out));
    }

    [Fact]
    public async Task A_profile_that_is_overridden_by_the_environment_warns()
    {
        await File.WriteAllTextAsync(file, "profiles: {prod: {vault: /prod}}\n");
        holdfast.Variables["HOLDFAST_VAULT"] = "/other";

        var run = await holdfast.RunAsync("config", "show", "--profile", "prod");

        Assert.Contains("HOLDFAST_VAULT is set and overrides vault of profile prod", run.Error);
    }

    [Fact]
    public async Task Another_file_is_named_by_the_option_and_by_the_variable()
    {
        await File.WriteAllTextAsync(file, "vault: /default\n");
        await File.WriteAllTextAsync(Path.Combine(holdfast.Home, "a.yaml"), "vault: ~/a\n");
        await File.WriteAllTextAsync(Path.Combine(holdfast.Home, "b.yaml"), "vault: b\n");
        holdfast.Variables["HOLDFAST_CONFIG"] = "b.yaml";

        Assert.Equal(Path.Combine(holdfast.Home, "a"), (await ShowAsync("vault", "--config", "a.yaml")).Value);
        Assert.Equal(Path.Combine(holdfast.Home, "b"), (await ShowAsync("vault")).Value);
        var missing = await holdfast.RunAsync("points", "--config", "none.yaml");
        Assert.Equal(2, missing.Exit);
        Assert.Contains("none.yaml", missing.Error);
    }

    [Theory]
    [InlineData("valut: /x", ":1: there is no setting 'valut'; did you mean 'vault'?")]
    [InlineData("# first\nvault: 3", ":2: vault must be a path or a URL")]
    [InlineData("vault:", ":1: vault must be a path or a URL")]
    [InlineData("quiet: yes", ":1: quiet must be true or false")]
    [InlineData("auth: magic", ":1: auth must be kubeconfig or entra")]
    [InlineData("answerMib: -1", ":1: answerMib must be a number above 0")]
    [InlineData("kubeconfig: [a, 3]", ":1: kubeconfig must be the path of a file, or a list of them")]
    [InlineData("encryptionKey: http://plain/keys/k", ":1: encryptionKey must be an https URL, or a list of them")]
    [InlineData("profile: [a]", ":1: profile is the name")]
    [InlineData("profiles: {prod: {profile: x}}", ":1: there is no setting 'profile'")]
    [InlineData("profiles:\n  prod:", ":2: profile 'prod' has no settings")]
    [InlineData("profile: prd\nprofiles: {prod: {vault: /x}}", "has no profile 'prd'; did you mean 'prod'?")]
    [InlineData("vault: /a\nvault: /b", "line 2, column 1: 'vault' is there twice")]
    [InlineData("- vault", "has no settings")]
    public async Task What_is_wrong_in_the_file_is_named_with_its_line(string text, string problem)
    {
        await File.WriteAllTextAsync(file, text);

        var run = await holdfast.RunAsync("points");

        Assert.Equal(2, run.Exit);
        Assert.Contains($"{file}", run.Error);
        Assert.Contains(problem, run.Error);
        Assert.Equal(0, (await holdfast.RunAsync("version")).Exit);
    }

    [Theory]
    [InlineData("passphrase: hunter2", "passphraseFile")]
    [InlineData("resticPassword: hunter2", "RESTIC_PASSWORD")]
    [InlineData("signingKey: '-----BEGIN hunter2'", "holds a secret")]
    [InlineData("vault: https://a.blob.core.windows.net/v?sig=hunter2", "holds a secret")]
    [InlineData("vault: https://user:hunter2@host/v", "holds a secret")]
    public async Task A_secret_is_refused_and_never_quoted(string text, string instead)
    {
        await File.WriteAllTextAsync(file, text);

        var run = await holdfast.RunAsync("points");

        Assert.Equal(2, run.Exit);
        Assert.Contains(instead, run.Error);
        Assert.DoesNotContain("hunter2", run.Error);
    }

    [Fact]
    public async Task No_secret_of_the_environment_is_shown()
    {
        holdfast.Variables["HOLDFAST_PASSPHRASE"] = "hunter2";
        holdfast.Variables["RESTIC_PASSWORD"] = "hunter2";
        holdfast.Variables["AZURE_STORAGE_CONNECTION_STRING"] = "AccountKey=hunter2";
        holdfast.Variables["HOLDFAST_SIGNING_KEY"] = "-----BEGIN EC PRIVATE KEY-----hunter2";
        holdfast.Variables["HOLDFAST_VAULT"] = "https://a.blob.core.windows.net/v?sig=hunter2";

        var text = await holdfast.RunAsync("config", "show");
        var json = await holdfast.RunAsync("config", "show", "-o", "json");

        Assert.Equal((0, 0), (text.Exit, json.Exit));
        Assert.DoesNotContain("hunter2", text.Out + text.Error + json.Out + json.Error);
        Assert.Equal(5, text.Out.Split("<redacted>").Length - 1);
    }

    [Theory]
    [InlineData("vault: /x", UnixFileMode.GroupWrite, "chmod go-w")]
    [InlineData("passphraseFile: /x", UnixFileMode.OtherRead, "chmod go=")]
    [InlineData("vault: /x", UnixFileMode.OtherRead, null)]
    public async Task A_file_that_others_can_change_or_that_shows_where_keys_are_causes_a_warning(
        string text,
        UnixFileMode others,
        string? advice
    )
    {
        await File.WriteAllTextAsync(file, text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);

        var run = await holdfast.RunAsync("config", "show", "--quiet");

        Assert.Equal(0, run.Exit);
        if (advice is null)
            Assert.Empty(run.Error);
        else
            Assert.Contains($"{advice} {file}", run.Error);
    }

    private async Task<(string? Value, string? From, string? Where)> ShowAsync(string setting, params string[] arguments)
    {
        var run = await holdfast.RunAsync(["config", "show", "-o", "json", .. arguments]);
        Assert.True(run.Exit == 0, run.Error);
        var shown = run.Json["settings"]!.AsArray().Single(s => (string?)s!["setting"] == setting)!;
        return ((string?)shown["value"], (string?)shown["from"], (string?)shown["where"]);
    }
}
