using System.Text;
using Holdfast.Control.Auditing;
using Holdfast.Control.Documents;

namespace Holdfast.Control.Tests;

public sealed class AuditLogTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly MemoryDocuments store = new();
    private readonly AuditLog log;

    public AuditLogTests() => log = new(store);

    [Fact]
    public async Task A_record_is_kept_whole_in_the_folder_of_its_day_in_utc()
    {
        var record = Record(new(2026, 11, 23, 1, 30, 0, 5, TimeSpan.FromHours(2)));
        var path = await log.AppendAsync(record, default);

        Assert.Matches("^audit/2026/11/22/2330000050000-[0-9a-f]{12}\\.json$", path);
        Assert.Equal(record with { At = record.At.ToUniversalTime() }, Assert.Single((await ListAsync(limit: 10)).Items).Record);
    }

    [Fact]
    public async Task A_repeated_append_keeps_one_record()
    {
        Assert.Equal(await log.AppendAsync(Record(Noon), default), await log.AppendAsync(Record(Noon), default));
        await log.AppendAsync(Record(Noon, "another"), default);

        Assert.Equal(2, (await ListAsync(limit: 10)).Items.Length);
    }

    [Theory]
    [InlineData(1), InlineData(3), InlineData(4), InlineData(50)]
    public async Task Pages_go_from_the_newest_to_the_oldest_and_hold_each_record_once(int limit)
    {
        var times = Enumerable.Range(0, 12).Select(i => Noon.AddHours(-7 * i)).ToList();
        foreach (var time in times)
            await log.AppendAsync(Record(time), default);
        await log.AppendAsync(Record(Noon.AddDays(3)), default);
        await log.AppendAsync(Record(Noon.AddDays(-40)), default);

        var found = new List<DateTimeOffset>();
        for (string? after = null; ; )
        {
            var page = await ListAsync(limit, after);
            found.AddRange(page.Items.Select(e => e.Record!.At));
            if ((after = page.After) is null)
                break;
        }

        Assert.Equal(times, found);
    }

    [Fact]
    public async Task The_bounds_of_a_time_belong_to_it()
    {
        await log.AppendAsync(Record(Noon), default);

        Assert.Single((await log.ListAsync(Noon, Noon, null, 10, default)).Items);
        Assert.Empty((await log.ListAsync(Noon.AddTicks(1), Noon.AddHours(1), null, 10, default)).Items);
        Assert.Empty((await log.ListAsync(Noon.AddHours(-1), Noon.AddTicks(-1), null, 10, default)).Items);
    }

    [Fact]
    public async Task A_time_without_end_is_a_callers_mistake() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => log.ListAsync(DateTimeOffset.MinValue, Noon, null, 10, default));

    [Fact]
    public async Task What_looks_like_a_secret_is_withheld()
    {
        var path = await log.AppendAsync(Record(Noon, "sent eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln as the body"), default);
        var kept = Encoding.UTF8.GetString((await store.ReadAsync(path, default))!.Content.Span);

        Assert.DoesNotContain("eyJ", kept);
        Assert.Contains("withheld: it looked like a bearer token", kept);
    }

    [Theory]
    [InlineData("{}"), InlineData("not json"), InlineData("")]
    public async Task A_record_that_was_changed_is_shown_as_such_among_the_others(string content)
    {
        var path = await log.AppendAsync(Record(Noon), default);
        await log.AppendAsync(Record(Noon.AddHours(1)), default);
        await store.PutAsync(path, Encoding.UTF8.GetBytes(content), default);

        var entries = (await ListAsync(limit: 10)).Items;

        Assert.Equal([true, false], entries.Select(e => e.Record is not null));
        Assert.Equal(path, entries[1].Path);
    }

    [Fact]
    public async Task A_record_changed_into_another_valid_one_is_found()
    {
        var path = await log.AppendAsync(Record(Noon), default);
        var content = Encoding.UTF8.GetString((await store.ReadAsync(path, default))!.Content.Span);
        await store.PutAsync(path, Encoding.UTF8.GetBytes(content.Replace("jane", "mary")), default);

        Assert.Null(Assert.Single((await ListAsync(limit: 10)).Items).Record);
    }

    private Task<DocumentPage<AuditEntry>> ListAsync(int limit, string? after = null) =>
        log.ListAsync(Noon.AddDays(-20), Noon.AddDays(1), after, limit, default);

    private static AuditRecord Record(DateTimeOffset at, string? detail = null) =>
        new()
        {
            At = at,
            Who = new("0b5e2a86", "jane@acme.com"),
            Action = "policies.replace",
            Target = "/api/policies/nightly",
            From = "10.1.2.3",
            Outcome = AuditOutcome.Succeeded,
            RequestId = "00-4bf92f35",
            Detail = detail,
        };
}
