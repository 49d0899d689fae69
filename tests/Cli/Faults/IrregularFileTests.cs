using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Files;

namespace Holdfast.Cli.Tests.Faults;

/// <summary>Pipes, devices and the like where the command line, or the vault, names a file: no command waits for them.</summary>
public sealed class IrregularFileTests : IAsyncLifetime
{
    private Workbench bench = null!;

    public async Task InitializeAsync() => bench = await Workbench.StartCapturedAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    public static TheoryData<Irregular> Kinds => [.. IrregularEntry.NoFiles];

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task What_the_command_line_names_is_a_regular_file(Irregular kind)
    {
        var file = Path.Combine(bench.Holdfast.Home, "odd");
        await IrregularEntry.PutAsync(file, kind);
        try
        {
            (string Line, int Exit)[] lines =
            [
                ($"points --kubeconfig {file} --public-key {file}", 2),
                ($"capture --signing-key {file}", 2),
                ($"capture --kubeconfig {file}", 1),
                ($"restore --plan {file}", 1),
                ($"points --vault {file}", kind is Irregular.Folder or Irregular.LinkToFolder ? 0 : 2),
            ];
            foreach (var (line, exit) in lines)
            {
                var run = await bench.RunAsync(line);

                Assert.Equal((line, exit), (line, run.Exit));
                Assert.DoesNotContain("bug", run.Error);
            }
        }
        finally
        {
            Remove(file);
        }
    }

    [SkippableTheory]
    [InlineData(Irregular.Pipe), InlineData(Irregular.Device), InlineData(Irregular.LinkToFile)]
    public async Task What_lies_in_the_place_of_a_pack_is_damage_to_every_verb_that_reads_it(Irregular kind)
    {
        var pack = Directory.GetFiles(bench.Holdfast.Vault, "*.ndjson.gz", SearchOption.AllDirectories)[0];
        await IrregularEntry.PutAsync(pack, kind);
        try
        {
            foreach (var line in (string[])["verify", "cat latest --all", "plan latest", "restore latest --yes"])
                Assert.Equal((line, 4), (line, (await bench.RunAsync(line)).Exit));
        }
        finally
        {
            Remove(pack);
        }
    }

    [Fact]
    public async Task A_vault_that_others_can_look_into_is_warned_about_and_one_of_its_owner_not()
    {
        var silent = await bench.RunAsync("points --quiet");
        File.SetUnixFileMode(
            bench.Holdfast.Vault,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead
        );

        var warned = await bench.RunAsync("points --quiet");

        Assert.Equal((0, "", 0), (silent.Exit, silent.Error, warned.Exit));
        Assert.Contains(bench.Holdfast.Vault, warned.Error);
    }

    [Fact]
    public async Task A_plan_file_is_its_owners()
    {
        var file = Path.Combine(bench.Holdfast.Home, "shop.plan.json");
        Assert.Equal(0, (await bench.RunAsync($"plan latest -n shop --out {file}")).Exit);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
            Directory.Delete(path);
        else
            File.Delete(path);
    }
}
