using System.Net;

namespace Holdfast.Functions.Tests.Api;

public sealed class ControlDocumentTests(ApiBench bench) : IClassFixture<ApiBench>
{
    [Theory]
    [InlineData("policies"), InlineData("clusters"), InlineData("notifications")]
    public async Task A_document_is_created_read_replaced_listed_and_deleted(string kind)
    {
        var path = $"/api/{kind}/whole-life";
        var created = (await bench.SendAsync(HttpMethod.Put, path, Document(kind, "whole-life"), "Admin", ("If-None-Match", "*"))).Is(
            HttpStatusCode.Created
        );
        var read = (await bench.GetAsync(path)).Is(HttpStatusCode.OK);
        var listed = (await bench.GetAsync($"/api/{kind}?limit=1000")).Is(HttpStatusCode.OK);
        var replaced = (await bench.SendAsync(HttpMethod.Put, path, Document(kind, "whole-life"), "Admin", ("If-Match", read.ETag))).Is(
            HttpStatusCode.OK
        );
        (await bench.SendAsync(HttpMethod.Delete, path, null, "Admin", ("If-Match", replaced.ETag))).Is(HttpStatusCode.NoContent);

        Assert.Equal(created.ETag, read.ETag);
        Assert.Equal("whole-life", (string)read.Json["name"]!);
        Assert.Contains(
            listed.Json["items"]!.AsArray(),
            item => (string)item!["name"]! == "whole-life" && (string)item["eTag"]! == read.ETag
        );
        (await bench.GetAsync(path)).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_edit_that_was_made_for_another_state_changes_nothing()
    {
        var path = "/api/policies/contested";
        var first = (await bench.SendAsync(HttpMethod.Put, path, ApiBench.Policy("contested"), "Operator", ("If-None-Match", "*"))).Is(
            HttpStatusCode.Created
        );
        var second = (
            await bench.SendAsync(HttpMethod.Put, path, ApiBench.Policy("contested", "0 3 * * *"), "Operator", ("If-Match", first.ETag))
        ).Is(HttpStatusCode.OK);

        (await bench.SendAsync(HttpMethod.Put, path, ApiBench.Policy("contested", "0 4 * * *"), "Operator", ("If-Match", first.ETag))).Is(
            HttpStatusCode.PreconditionFailed
        );
        (await bench.SendAsync(HttpMethod.Put, path, ApiBench.Policy("contested", "0 4 * * *"), "Operator", ("If-None-Match", "*"))).Is(
            HttpStatusCode.PreconditionFailed
        );
        (await bench.SendAsync(HttpMethod.Put, path, ApiBench.Policy("contested", "0 4 * * *"), "Operator")).Is(
            HttpStatusCode.PreconditionRequired
        );
        (await bench.SendAsync(HttpMethod.Delete, path, null, "Operator", ("If-Match", first.ETag))).Is(HttpStatusCode.PreconditionFailed);
        (await bench.SendAsync(HttpMethod.Delete, path, null, "Operator")).Is(HttpStatusCode.PreconditionRequired);

        var now = await bench.GetAsync(path);
        Assert.Equal(second.ETag, now.ETag);
        Assert.Equal("0 3 * * *", (string)now.Json["schedule"]!["cron"]!);
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        (await bench.SendAsync(HttpMethod.Put, "/api/policies/unchanged", ApiBench.Policy("unchanged"), "Operator")).Is(
            HttpStatusCode.Created
        );
        var read = await bench.GetAsync("/api/policies/unchanged");

        var again = await bench.SendAsync(HttpMethod.Get, "/api/policies/unchanged", null, "Reader", ("If-None-Match", read.ETag));

        Assert.Equal(HttpStatusCode.NotModified, again.Status);
        Assert.Empty(again.Body);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_listed_at_once()
    {
        var answer = await bench.SendAsync(
            HttpMethod.Put,
            "/api/policies/wrong",
            """{"version":1,"name":"wrong","clusters":{"selector":"=="},"schedule":{"cron":"61 * * * *"},"colour":"red"}""",
            "Operator"
        );

        answer.Is(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(["/clusters/selector", "/schedule/cron", "/colour"], answer.ErrorPaths);
    }

    [Fact]
    public async Task A_document_under_another_name_than_its_own_is_refused() =>
        Assert.Equal(
            ["/name"],
            (await bench.SendAsync(HttpMethod.Put, "/api/policies/mine", ApiBench.Policy("yours"), "Operator"))
                .Is(HttpStatusCode.UnprocessableEntity)
                .ErrorPaths
        );

    [Fact]
    public async Task An_operator_changes_policies_but_not_which_clusters_are_registered()
    {
        (await bench.SendAsync(HttpMethod.Put, "/api/policies/by-operator", ApiBench.Policy("by-operator"), "Operator")).Is(
            HttpStatusCode.Created
        );
        (await bench.SendAsync(HttpMethod.Put, "/api/clusters/by-operator", ApiBench.Registration("by-operator"), "Operator")).Is(
            HttpStatusCode.Forbidden
        );
    }

    [Fact]
    public async Task A_listing_continues_where_the_page_before_ended()
    {
        foreach (var name in new[] { "page-a", "page-b", "page-c" })
            (await bench.SendAsync(HttpMethod.Put, $"/api/policies/{name}", ApiBench.Policy(name), "Operator")).Is(HttpStatusCode.Created);
        var names = new List<string>();
        for (string? continuation = ""; continuation is not null; )
        {
            var page = (await bench.GetAsync($"/api/policies?limit=2&continuation={continuation}")).Is(HttpStatusCode.OK);
            Assert.InRange(page.Json["items"]!.AsArray().Count, 1, 2);
            names.AddRange(page.Json["items"]!.AsArray().Select(item => (string)item!["name"]!));
            continuation = (string?)page.Json["continuation"];
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Superset(new HashSet<string> { "page-a", "page-b", "page-c" }, names.ToHashSet());
    }

    [Theory]
    [InlineData("limit=0"), InlineData("limit=1001"), InlineData("limit=x"), InlineData("continuation=%21")]
    public async Task A_page_that_can_not_be_is_refused(string query) =>
        Assert.Equal([query.Split('=')[0]], (await bench.GetAsync($"/api/policies?{query}")).Is(HttpStatusCode.BadRequest).ErrorPaths);

    [Fact]
    public async Task A_document_that_was_edited_into_something_useless_is_listed_and_hides_no_other()
    {
        await bench.Control.PutAsync("policies/spoiled.json", "{}"u8.ToArray(), CancellationToken.None);

        var listed = (await bench.GetAsync("/api/policies?limit=1000")).Is(HttpStatusCode.OK).Json["items"]!
            .AsArray()
            .Single(item => (string)item!["name"]! == "spoiled")!;
        var read = (await bench.GetAsync("/api/policies/spoiled")).Is(HttpStatusCode.UnprocessableEntity);

        Assert.Null(listed["document"]);
        Assert.NotEmpty(listed["errors"]!.AsArray());
        Assert.NotEmpty(read.ErrorPaths);
        await bench.Control.DeleteAsync("policies/spoiled.json", null, CancellationToken.None);
    }

    [Fact]
    public async Task Only_an_admin_says_who_is_notified_and_an_operator_may_try_it()
    {
        const string Path = "/api/notifications/tried";
        (await bench.SendAsync(HttpMethod.Put, Path, ApiBench.Notification("tried"), "Operator")).Is(HttpStatusCode.Forbidden);
        (await bench.SendAsync(HttpMethod.Post, $"{Path}/test", null, "Operator")).Is(HttpStatusCode.NotFound);
        (await bench.SendAsync(HttpMethod.Put, Path, ApiBench.Notification("tried"), "Admin")).Is(HttpStatusCode.Created);

        var tried = (await bench.SendAsync(HttpMethod.Post, $"{Path}/test", null, "Operator")).Is(HttpStatusCode.Accepted);

        Assert.NotNull(await bench.Control.ReadAsync($"outbox/tried/{(string)tried.Json["id"]!}.json", CancellationToken.None));
        await bench.Control.PutAsync("notifications/tried.json", "{}"u8.ToArray(), CancellationToken.None);
        (await bench.SendAsync(HttpMethod.Post, $"{Path}/test", null, "Operator")).Is(HttpStatusCode.UnprocessableEntity);
        await bench.Control.DeleteAsync("notifications/tried.json", null, CancellationToken.None);
    }

    private static string Document(string kind, string name) =>
        kind switch
        {
            "policies" => ApiBench.Policy(name),
            "clusters" => ApiBench.Registration(name),
            _ => ApiBench.Notification(name),
        };
}
