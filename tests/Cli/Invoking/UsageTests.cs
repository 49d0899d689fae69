using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Invoking;

public sealed class UsageTests : IDisposable
{
    private readonly HoldfastProgram holdfast = new();

    public void Dispose() => holdfast.Dispose();

    [Theory]
    [InlineData("frobnicate", "'frobnicate'")]
    [InlineData("clusters", "check")]
    [InlineData("clusters frob", "'frob'")]
    [InlineData("points --frob", "'--frob'")]
    [InlineData("points surplus", "'surplus'")]
    [InlineData("points", "HOLDFAST_VAULT")]
    [InlineData("points --vault /nowhere/at/all", "'/nowhere/at/all'")]
    [InlineData("points --vault ftp://host/x", "ftp://host/x")]
    [InlineData("points --vault . --cluster ../etc", "'../etc'")]
    [InlineData("points --vault . --cluster Prod", "'Prod'")]
    [InlineData("points --vault . -o yaml", "-o yaml")]
    [InlineData("show", "'POINT'")]
    [InlineData("cat latest --vault .", "--all")]
    [InlineData("cat latest --vault . --all pods/web", "--all")]
    [InlineData("cat latest --vault . /web", "/web")]
    [InlineData("plan latest --vault . --existing destroy", "'destroy'")]
    [InlineData("plan latest --vault . --volumes none", "'none'")]
    [InlineData("restore latest --vault . --map-storage-class fast", "OLD=NEW")]
    [InlineData("plan latest --vault . --map-storage-class fast=quick --map-storage-class fast=slow", "two classes")]
    [InlineData("restore latest --vault . --map-namespace shop", "OLD=NEW")]
    [InlineData("plan latest --vault . --map-namespace shop=a --map-namespace shop=b", "two names")]
    [InlineData("restore --vault .", "--resume")]
    [InlineData("restore latest --resume 0123456789ab --vault .", "--plan")]
    [InlineData("restore latest --vault .", "--yes")]
    [InlineData("restore --plan nothing.json --vault .", "'nothing.json'")]
    [InlineData("restore --plan x.json -n shop --vault .", "--namespace")]
    [InlineData("restore --resume ../../../etc", "../../../etc")]
    [InlineData("restore --resume 0123456789ab", "0123456789ab")]
    [InlineData("capture --vault . --keep-until tomorrow", "'tomorrow'")]
    [InlineData("capture --vault . --keep-until 2001-01-01", "2001-01-01")]
    [InlineData("capture --vault . -n Shop", "'Shop'")]
    [InlineData("capture --vault . --exclude-resource Deployment", "'Deployment'")]
    [InlineData("capture --vault . -l app==,,", "selector")]
    [InlineData("capture --vault . --expect-absent Metrics!", "'Metrics!'")]
    [InlineData("clusters check --auth magic", "'magic'")]
    public async Task A_wrong_command_line_is_explained_and_exits_with_2(string line, string named)
    {
        var run = await holdfast.RunAsync(line.Split(' '));

        Assert.Equal(2, run.Exit);
        Assert.Contains(named, run.Error);
        Assert.StartsWith("holdfast: ", run.Error);
        Assert.Empty(run.Out);
    }

    [Theory]
    [InlineData("points -o json")]
    [InlineData("frobnicate -o json")]
    [InlineData("points --frob --output=json")]
    public async Task With_json_asked_for_the_error_ends_as_one_json_object_on_stderr(string line)
    {
        var run = await holdfast.RunAsync(line.Split(' '));

        Assert.Equal(2, run.Exit);
        Assert.Empty(run.Out);
        Assert.Equal("usage", (string?)run.ErrorJson["kind"]);
        Assert.Equal(2, (int?)run.ErrorJson["exitCode"]);
    }

    [Fact]
    public async Task Nothing_at_all_gives_the_help_on_stderr_and_exits_with_2()
    {
        var run = await holdfast.RunAsync();

        Assert.Equal(2, run.Exit);
        Assert.Contains("Commands:", run.Error);
    }

    [Theory]
    [InlineData("--vault V points"), InlineData("points --vault V"), InlineData("points --vault=V")]
    public async Task Common_options_stand_before_or_after_the_verb(string line)
    {
        Directory.CreateDirectory(Path.Combine(holdfast.Home, "V"));

        var run = await holdfast.RunAsync(line.Split(' '));

        Assert.Equal(0, run.Exit);
        Assert.Contains("no recovery points", run.Error);
    }

    [Fact]
    public async Task The_vault_may_come_from_the_environment()
    {
        Directory.CreateDirectory(holdfast.Vault);
        holdfast.Variables["HOLDFAST_VAULT"] = holdfast.Vault;

        var run = await holdfast.RunAsync("points", "-o", "json");

        Assert.Equal((0, "[]\n"), (run.Exit, run.Out));
    }

    [Fact]
    public async Task Version_shows_program_and_formats()
    {
        var text = await holdfast.RunAsync("version");
        var json = await holdfast.RunAsync("version", "-o", "json");

        Assert.Equal(0, text.Exit);
        Assert.Equal($"holdfast {json.Json["version"]}\n", text.Out);
        Assert.Equal(1, (int?)json.Json["sealFormat"]);
    }
}
