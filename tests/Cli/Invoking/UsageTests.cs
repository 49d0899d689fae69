using Holdfast.TestKit.Running;

namespace Holdfast.Cli.Tests.Invoking;

public sealed class UsageTests : IDisposable
{
    private readonly HoldfastProgram holdfast = new();

    public void Dispose() => holdfast.Dispose();

    [Theory]
    [InlineData("frobnicate", "there is no verb 'frobnicate'")]
    [InlineData("clusters", "a verb is missing: use check")]
    [InlineData("clusters frob", "there is no verb 'frob'")]
    [InlineData("points --frob", "'--frob'")]
    [InlineData("points surplus", "'surplus'")]
    [InlineData("points", "--vault or set HOLDFAST_VAULT")]
    [InlineData("points --vault /nowhere/at/all", "no vault at '/nowhere/at/all'")]
    [InlineData("points --vault ftp://host/x", "neither a folder nor")]
    [InlineData("points --vault . --cluster ../etc", "can't name a cluster")]
    [InlineData("points --vault . --cluster Prod", "can't name a cluster")]
    [InlineData("points --vault . -o yaml", "-o yaml is not known here")]
    [InlineData("show", "'POINT' missing")]
    [InlineData("cat latest --vault .", "either KIND/NAME or --all")]
    [InlineData("cat latest --vault . --all pods/web", "either KIND/NAME or --all")]
    [InlineData("cat latest --vault . /web", "names no object")]
    [InlineData("plan latest --vault . --existing destroy", "--existing 'destroy' is not known")]
    [InlineData("restore --vault .", "exactly one of POINT, --plan FILE and --resume RUN")]
    [InlineData("restore latest --resume 0123456789ab --vault .", "exactly one of")]
    [InlineData("restore latest --vault .", "--yes")]
    [InlineData("restore --plan nothing.json --vault .", "no plan file 'nothing.json'")]
    [InlineData("restore --plan x.json -n shop --vault .", "--namespace can't be given here")]
    [InlineData("restore --resume ../../../etc", "names no run")]
    [InlineData("restore --resume 0123456789ab", "there is no run 0123456789ab")]
    [InlineData("capture --vault . --keep-until tomorrow", "--keep-until 'tomorrow' is not a valid time")]
    [InlineData("capture --vault . --keep-until 2001-01-01", "is in the past")]
    [InlineData("capture --vault . -n Shop", "'Shop' can't name a namespace")]
    [InlineData("capture --vault . --exclude-resource Deployment", "'Deployment' is no resource")]
    [InlineData("capture --vault . -l app==,,", "label selector")]
    [InlineData("capture --vault . --expect-absent Metrics!", "'Metrics!' is no API group")]
    [InlineData("clusters check --auth magic", "--auth 'magic' is not known")]
    public async Task A_wrong_command_line_is_explained_and_exits_with_2(string line, string explanation)
    {
        var run = await holdfast.RunAsync(line.Split(' '));

        Assert.Equal(2, run.Exit);
        Assert.Contains(explanation, run.Error);
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
    public async Task Version_tells_program_and_formats()
    {
        var text = await holdfast.RunAsync("version");
        var json = await holdfast.RunAsync("version", "-o", "json");

        Assert.Equal(0, text.Exit);
        Assert.Equal($"holdfast {json.Json["version"]}\n", text.Out);
        Assert.Equal(1, (int?)json.Json["sealFormat"]);
    }
}
