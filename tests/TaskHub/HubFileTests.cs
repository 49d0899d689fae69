using Holdfast.TaskHub.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;

namespace Holdfast.TaskHub.Tests;

public sealed class HubFileTests : IDisposable
{
    private readonly TemporaryFile file = new();

    public void Dispose() => file.Dispose();

    private HubRig Rig()
    {
        var rig = new HubRig { Path = file.Path };
        rig.Registry.AddOrchestratorFunc<int, int>("Wait", async (context, n) => n + await context.WaitForExternalEvent<int>("Go"));
        return rig;
    }

    private async Task<HubException> RefusedAsync()
    {
        await using var rig = Rig();
        return await Assert.ThrowsAsync<HubException>(rig.StartAsync);
    }

    private async Task FillAsync(int instances = 1)
    {
        await using var rig = Rig();
        await rig.StartAsync();
        for (var n = 0; n < instances; n++)
            await rig.StartInstanceAsync("Wait", $"run-{n}", n);
        for (var n = 0; n < instances; n++)
            await rig.UntilRunningAsync($"run-{n}");
    }

    private void Sql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file.Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    [Fact]
    public async Task An_instance_resumes_after_the_hub_was_away()
    {
        await FillAsync();
        await using var rig = Rig();
        await rig.StartAsync();

        await rig.Client.RaiseEventAsync("run-0", "Go", 5, rig.Cancellation);

        Assert.Equal("5", (await rig.EndAsync("run-0")).SerializedOutput);
    }

    [Fact]
    public async Task Another_process_is_refused_a_hub_in_use()
    {
        await using var rig = Rig();
        await rig.StartAsync();
        using var other = HubProcess.Start(file.Path, Path.Combine(file.Folder, "effects"), "1", "1");

        var error = await other.StandardError.ReadToEndAsync(rig.Cancellation);

        Assert.Contains("in use by another process", error);
        await other.WaitForExitAsync(rig.Cancellation);
        Assert.NotEqual(0, other.ExitCode);
        await rig.StartInstanceAsync("Wait");
    }

    [Fact]
    public async Task A_second_hub_of_this_process_is_refused_too()
    {
        await using var rig = Rig();
        await rig.StartAsync();

        Assert.Contains("in use", (await RefusedAsync()).Message);
    }

    [Fact]
    public async Task A_file_that_is_not_a_database_is_refused_and_left_alone()
    {
        await File.WriteAllTextAsync(file.Path, new string('x', 10_000));

        Assert.Contains("damaged", (await RefusedAsync()).Message);

        Assert.Equal(new string('x', 10_000), await File.ReadAllTextAsync(file.Path));
    }

    [Fact]
    public async Task A_database_that_is_not_a_hub_is_refused()
    {
        Sql("CREATE TABLE recipe (name TEXT)");

        Assert.Contains("not a task hub", (await RefusedAsync()).Message);
    }

    [Fact]
    public async Task A_hub_of_a_newer_version_is_refused()
    {
        await FillAsync();
        Sql("PRAGMA user_version = 99");

        Assert.Contains("newer version", (await RefusedAsync()).Message);
    }

    [Fact]
    public async Task A_hub_of_an_older_version_is_refused_and_says_what_to_do()
    {
        await FillAsync();
        Sql("PRAGMA user_version = 1");

        var refused = await RefusedAsync();

        Assert.Contains("older version", refused.Message);
        Assert.Contains("move the file and its -wal away", refused.Message);
        Assert.False(refused.IsTransient);
    }

    [SkippableFact]
    public async Task The_file_and_those_beside_it_are_for_their_owner_alone()
    {
        Skip.If(OperatingSystem.IsWindows());
        await using var rig = Rig();
        await rig.StartAsync();
        await rig.StartInstanceAsync("Wait");

        var files = Directory.GetFiles(file.Folder);

        Assert.Contains(file.Path + "-wal", files);
        Assert.All(files, path => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(path)));
    }

    [Fact]
    public async Task A_file_that_lost_its_end_is_refused_as_damaged()
    {
        await FillAsync(instances: 200);
        using (var torn = File.Open(file.Path, FileMode.Open))
            torn.SetLength(torn.Length / 2 / 4096 * 4096);

        Assert.Contains("damaged", (await RefusedAsync()).Message);
    }

    [Fact]
    public async Task A_file_with_a_page_overwritten_is_refused_as_damaged()
    {
        await FillAsync(instances: 200);
        using (var torn = File.Open(file.Path, FileMode.Open))
        {
            torn.Position = 4096 * 12;
            torn.Write(new byte[4096 * 4]);
        }

        Assert.Contains("damaged", (await RefusedAsync()).Message);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_named()
    {
        await using var rig = new HubRig { Path = Path.Combine(file.Folder, "nowhere", "hub.db") };

        var refused = await Assert.ThrowsAsync<HubException>(rig.StartAsync);

        Assert.Contains("nowhere", refused.Message);
    }

    [Fact]
    public async Task An_instance_whose_history_was_damaged_fails_and_others_continue()
    {
        await FillAsync(instances: 2);
        Sql("UPDATE history SET event = x'FFFFFFFF' WHERE place = 0 AND instance = (SELECT key FROM instance WHERE id = 'run-0')");
        await using var rig = Rig();
        await rig.StartAsync();

        foreach (var id in (string[])["run-0", "run-1"])
            await rig.Client.RaiseEventAsync(id, "Go", 5, rig.Cancellation);

        Assert.Equal("6", (await rig.EndAsync("run-1")).SerializedOutput);
        var broken = await rig.EndAsync("run-0");
        Assert.Equal((OrchestrationRuntimeStatus.Failed, "HistoryDamaged"), (broken.RuntimeStatus, broken.FailureDetails!.ErrorType));
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);
}
