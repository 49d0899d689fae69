using System.Diagnostics;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Control.Tests;

public sealed class FolderDocumentsTests : DocumentStoreSuite, IDisposable
{
    private readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("holdfast-control-");
    private readonly FolderDocuments store;

    public FolderDocumentsTests() => store = new(Root, TimeProvider.System);

    protected override IDocumentStore Store => store;

    private string Root => Path.Combine(parent.FullName, "deep", "control");

    public void Dispose() => parent.Delete(recursive: true);

    [Fact]
    public async Task Two_stores_on_one_folder_take_turns_as_two_processes_do()
    {
        var other = new FolderDocuments(Root, TimeProvider.System);
        await store.CreateAsync("clusters/a.json", "0"u8.ToArray(), default);
        await Task.WhenAll(new[] { store, other }.Select(s => Task.Run(() => CountAsync(s, 20))));

        Assert.Equal("40", System.Text.Encoding.UTF8.GetString((await store.ReadAsync("clusters/a.json", default))!.Content.Span));
    }

    [Fact]
    public async Task A_writer_waits_while_another_process_has_the_turn()
    {
        await store.CreateAsync("a", "1"u8.ToArray(), default);
        using var holder = Hold(Directory.GetFiles(Path.Combine(Root, ".holdfast", "locks")).Single());
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());

        var write = store.PutAsync("a", "2"u8.ToArray(), default);
        var first = await Task.WhenAny(write, Task.Delay(TimeSpan.FromMilliseconds(300)));
        Assert.NotSame(write, first);
        holder.Kill(entireProcessTree: true);
        await write;

        Assert.Equal("2"u8.ToArray(), (await store.ReadAsync("a", default))!.Content.ToArray());
    }

    [Fact]
    public async Task An_editors_change_of_the_file_changes_the_etag()
    {
        var etag = await store.CreateAsync("policies/a.json", "one"u8.ToArray(), default);
        await File.WriteAllTextAsync(Path.Combine(Root, "policies", "a.json"), "two");

        Assert.Null(await store.ReplaceAsync("policies/a.json", "three"u8.ToArray(), etag!, default));
    }

    [Fact]
    public async Task A_clock_that_stands_still_or_goes_back_gives_each_write_its_own_etag()
    {
        var time = new FakeTimeProvider(SamplePoint.Time);
        var timed = new FolderDocuments(Root, time);
        var etags = new HashSet<string?> { await timed.CreateAsync("a", "x"u8.ToArray(), default) };
        for (var i = 0; i < 5; i++)
        {
            time.AdjustTime(time.GetUtcNow().AddHours(-1));
            Assert.True(etags.Add(await timed.ReplaceAsync("a", "x"u8.ToArray(), (await timed.ReadAsync("a", default))!.ETag, default)));
        }

        Assert.DoesNotContain(null, etags);
    }

    [Fact]
    public async Task What_a_killed_process_left_aside_is_no_document_and_goes_after_a_day()
    {
        var aside = Path.Combine(Root, ".holdfast", "tmp");
        Directory.CreateDirectory(aside);
        await File.WriteAllTextAsync(Path.Combine(aside, "holdfast-host-1-2-3.tmp"), "torn");
        File.SetLastWriteTimeUtc(Path.Combine(aside, "holdfast-host-1-2-3.tmp"), DateTime.UtcNow.AddDays(-2));
        await File.WriteAllTextAsync(Path.Combine(aside, "holdfast-host-1-2-4.tmp"), "torn");

        Assert.Empty(await store.ListAsync("", null, default).ToListAsync());
        await store.PutAsync("a", "x"u8.ToArray(), default);

        Assert.Equal(["holdfast-host-1-2-4.tmp"], Directory.GetFiles(aside).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_file_that_has_no_documents_name_is_not_listed()
    {
        Directory.CreateDirectory(Path.Combine(Root, "clusters"));
        await File.WriteAllTextAsync(Path.Combine(Root, "clusters", ".a.json.swp"), "x");
        await File.WriteAllTextAsync(Path.Combine(Root, "clusters", "a b.json"), "x");
        await File.WriteAllTextAsync(Path.Combine(Root, "clusters", "a.json"), "x");

        Assert.Equal(["clusters/a.json"], await store.ListAsync("clusters/", null, default).ToListAsync());
    }

    [Fact]
    public async Task A_folder_that_is_a_file_is_explained()
    {
        await File.WriteAllTextAsync(Path.Combine(parent.FullName, "file"), "x");
        var misplaced = new FolderDocuments(Path.Combine(parent.FullName, "file"), TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ControlException>(() => misplaced.CreateAsync("a", "x"u8.ToArray(), default));

        Assert.Contains(Path.Combine(parent.FullName, "file"), failure.Message);
        Assert.Contains("Check the", failure.Message);
    }

    private static async Task CountAsync(FolderDocuments documents, int times)
    {
        for (var done = 0; done < times; )
        {
            var read = (await documents.ReadAsync("clusters/a.json", default))!;
            var next = int.Parse(System.Text.Encoding.UTF8.GetString(read.Content.Span)) + 1;
            if (
                await documents.ReplaceAsync("clusters/a.json", System.Text.Encoding.UTF8.GetBytes(next.ToString()), read.ETag, default)
                is not null
            )
                done++;
        }
    }

    /// <summary>Another process that holds the lock until it is killed.</summary>
    private static Process Hold(string file) =>
        Process.Start(
            new ProcessStartInfo("flock", ["--exclusive", file, "sh", "-c", "echo held; exec sleep 600"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }
        )!;
}
