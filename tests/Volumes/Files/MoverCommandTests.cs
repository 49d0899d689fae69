using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Control.Policies;
using Holdfast.TestKit.Jobs;
using Holdfast.Volumes.Files;

namespace Holdfast.Volumes.Tests.Files;

/// <summary>The Jobs as a node would run them: their command, variables, Secret and volume, with a repository in a folder.</summary>
public sealed class MoverCommandTests : IDisposable
{
    private static readonly DateTimeOffset CutAt = new(2026, 11, 30, 5, 4, 3, TimeSpan.Zero);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-repository-");

    private Uri Repository => new(Path.Combine(folder.FullName, "r"));

    public void Dispose() => folder.Delete(recursive: true);

    [SkippableFact]
    public async Task Files_that_were_exported_come_back_with_their_modes_links_and_folders()
    {
        ResticProgram.Require();
        var source = Directory.CreateDirectory(Path.Combine(folder.FullName, "source"));
        File.WriteAllText(Path.Combine(source.FullName, "a file"), "hello");
        File.SetUnixFileMode(Path.Combine(source.FullName, "a file"), UnixFileMode.UserRead | UnixFileMode.OtherExecute);
        File.CreateSymbolicLink(Path.Combine(source.FullName, "link"), "a file");
        source.CreateSubdirectory("empty");
        await RunAsync(Restic.Begin, []);

        var backup = await RunAsync(Restic.Backup, BackupVariables, VolumeFiles.Pack(source.FullName), isReadOnly: true);
        var export = Restic.Summary(backup.End.Message, Repository)!;
        var restored = await RunAsync(Restic.Restore, Restic.RestoreVariables(export.Snapshot!), "");

        Assert.Equal((VolumeExportKind.Files, "restic", 1L, 5L), (export.Kind, export.Tool, export.Files, export.Bytes));
        Assert.Null(backup.Data);
        var target = Directory.CreateDirectory(Path.Combine(folder.FullName, "target"));
        VolumeFiles.Extract(restored.Data!, target.FullName);
        Assert.Equal("hello", File.ReadAllText(Path.Combine(target.FullName, "a file")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.OtherExecute, File.GetUnixFileMode(Path.Combine(target.FullName, "a file")));
        Assert.Equal("a file", new FileInfo(Path.Combine(target.FullName, "link")).LinkTarget);
        Assert.True(Directory.Exists(Path.Combine(target.FullName, "empty")));
    }

    [SkippableFact]
    public async Task What_is_forgotten_leaves_the_repository_with_its_data_and_what_others_keep_there_stays()
    {
        ResticProgram.Require();
        await RunAsync(Restic.Begin, []);
        var snapshots = new List<string>();
        foreach (var text in (string[])["purged", "left behind", "kept"])
        {
            var backup = await RunAsync(Restic.Backup, BackupVariables, text, isReadOnly: true);
            snapshots.Add(Restic.Summary(backup.End.Message, Repository)!.Snapshot!);
        }
        File.WriteAllText(Path.Combine(folder.FullName, "own"), "of a person");
        ResticProgram.Run(Repository, "password", "backup", "--quiet", Path.Combine(folder.FullName, "own"));
        // restic before 0.15 says the beginning of an id
        var persons = Snapshots().Single(id => !snapshots.Exists(s => id.StartsWith(s, StringComparison.Ordinal)));
        var before = DataFiles();

        var variables = Restic.ForgetVariables([snapshots[0], new string('0', 64)], [snapshots[1], persons]);
        var first = await RunAsync(Restic.Forget, variables);
        var second = await RunAsync(Restic.Forget, variables);

        Assert.Equal((0, 0), (first.End.ExitCode, second.End.ExitCode));
        Assert.Equal(2, Snapshots().Count());
        Assert.All(Snapshots(), id => Assert.True(id == persons || id.StartsWith(snapshots[2], StringComparison.Ordinal)));
        Assert.True(DataFiles() < before, "nothing was pruned");
    }

    [SkippableFact]
    public async Task A_repository_that_is_there_is_not_begun_again()
    {
        ResticProgram.Require();
        Assert.Equal(0, (await RunAsync(Restic.Begin, [])).End.ExitCode);
        var config = File.ReadAllBytes(Path.Combine(Repository.LocalPath, "config"));

        Assert.Equal(0, (await RunAsync(Restic.Begin, [])).End.ExitCode);

        Assert.Equal(config, File.ReadAllBytes(Path.Combine(Repository.LocalPath, "config")));
    }

    [SkippableFact]
    public async Task A_wrong_password_fails_and_is_said_without_it()
    {
        ResticProgram.Require();
        await RunAsync(Restic.Begin, []);

        var (end, _) = await RunAsync(Restic.Backup, BackupVariables, "text", password: "wrong password");

        Assert.NotEqual(0, end.ExitCode);
        Assert.Contains("wrong password or no key found", end.Message, StringComparison.Ordinal);
        Assert.Null(Restic.Summary(end.Message, Repository));
    }

    [Fact]
    public async Task What_a_mover_says_of_a_URL_has_no_query()
    {
        var program = Path.Combine(folder.FullName, "restic");
        File.WriteAllText(
            program,
            "#!/bin/sh\necho 'Get \"https://acme.blob.core.windows.net/files?sv=2025&sig=SIGNATURE\": refused' >&2\nexit 1\n"
        );
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var (end, _) = await RunAsync(Restic.Backup, BackupVariables, "text");

        Assert.Equal(1, end.ExitCode);
        Assert.Equal("Get \"https://acme.blob.core.windows.net/files?\": refused", end.Message.Trim());
    }

    [Fact]
    public void A_container_is_named_as_restic_knows_it()
    {
        var azure = Restic.SecretVariables(new("https://acme.blob.core.windows.net/files-a"), "sig=x", "p");
        var china = Restic.SecretVariables(new("https://acme.blob.core.chinacloudapi.cn/files-a"), "sig=x", "p");

        Assert.Equal("azure:files-a:/", azure["RESTIC_REPOSITORY"]);
        Assert.Equal(("acme", "sig=x"), (azure["AZURE_ACCOUNT_NAME"], azure["AZURE_ACCOUNT_SAS"]));
        Assert.DoesNotContain("AZURE_ENDPOINT_SUFFIX", azure.Keys);
        Assert.Equal("core.chinacloudapi.cn", china["AZURE_ENDPOINT_SUFFIX"]);
        Assert.Throws<FileExportException>(() => Restic.SecretVariables(new("https://files.acme.com/files-a"), "sig=x", "p"));
    }

    [Fact]
    public void No_secret_is_in_the_job()
    {
        var task = new MoverTask("n", Restic.Backup, new("image"), []) { Claim = "n", Variables = BackupVariables };

        var job = task.Job().ToJsonString();

        Assert.DoesNotContain("RESTIC_PASSWORD", job, StringComparison.Ordinal);
        Assert.DoesNotContain("AZURE_ACCOUNT_SAS", job, StringComparison.Ordinal);
        Assert.Contains(
            "RESTIC_PASSWORD",
            task.Secret(Restic.SecretVariables(Repository, null, "p")).ToJsonString(),
            StringComparison.Ordinal
        );
    }

    private IEnumerable<string> Snapshots() =>
        Directory.EnumerateFiles(Path.Combine(Repository.LocalPath, "snapshots")).Select(f => Path.GetFileName(f));

    private int DataFiles() =>
        Directory.EnumerateFiles(Path.Combine(Repository.LocalPath, "data"), "*", SearchOption.AllDirectories).Count();

    private static Dictionary<string, string> BackupVariables => Restic.BackupVariables("shop/data@pv-1", "run", CutAt);

    private async Task<(ContainerEnd End, string? Data)> RunAsync(
        string command,
        Dictionary<string, string> variables,
        string? data = null,
        bool isReadOnly = false,
        string password = "password"
    )
    {
        var task = new MoverTask("m", command, new FileExport("restic"), [])
        {
            Claim = data is null ? null : "c",
            IsReadOnly = isReadOnly,
            Variables = variables,
        };
        var pod = new JsonObject { ["spec"] = task.Job()["spec"]!["template"]!["spec"]!.DeepClone() };
        // a program in the folder comes before one of the machine
        var path = $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = new PodProcess(pod, new Dictionary<string, string> { ["PATH"] = path });
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        string? written = null;
        var end = await process.RunAsync(
            _ => data!,
            _ => task.Secret(Restic.SecretVariables(Repository, null, password))["data"]!.AsObject(),
            (_, after) => written = after,
            stop.Token
        );
        return (end, written);
    }
}
