using System.Net;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.TestKit.Stores;

namespace Holdfast.Functions.Tests.Api;

public sealed class PointTests(ApiBench bench) : IClassFixture<ApiBench>
{
    private const string Password = "aHVudGVyMg==";
    private const string Secret =
        """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"db","namespace":"shop","annotations":"""
        + """{"kubectl.kubernetes.io/last-applied-configuration":"{\"data\":{\"password\":\"aHVudGVyMg==\"}}","note":"stays"}}"""
        + ""","data":{"password":"aHVudGVyMg=="}}""";

    [Fact]
    public async Task Points_are_listed_newest_first_page_by_page()
    {
        var ids = new List<string>();
        for (var hour = 1; hour <= 3; hour++)
            ids.Add((await WriteAsync(SamplePoint.Time.AddHours(hour), ConfigMap("a", hour))).Id.ToString());
        var seen = new List<string>();
        for (string? continuation = ""; continuation is not null; )
        {
            var page = (await bench.GetAsync($"/api/points?cluster=prod&limit=2&continuation={continuation}")).Is(HttpStatusCode.OK);
            seen.AddRange(page.Json["items"]!.AsArray().Select(p => (string)p!["point"]!));
            continuation = (string?)page.Json["continuation"];
        }

        Assert.Equal(seen.OrderDescending(StringComparer.Ordinal), seen);
        Assert.Superset(ids.ToHashSet(), seen.ToHashSet());
        Assert.Empty((await bench.GetAsync("/api/points?cluster=elsewhere")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A_point_that_can_not_be_trusted_is_listed_with_the_reason()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using var signer = SealSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
        using var vault = new ApiBench();
        await vault.InitializeAsync();
        var signed = await SamplePoint.WriteAsync(vault.Vault, [], SamplePoint.Time, new(PointState.Succeeded, null, signer));
        var added = await SamplePoint.WriteAsync(vault.Vault, [], SamplePoint.Time.AddHours(1));

        var listed = (await vault.GetAsync("/api/points")).Is(HttpStatusCode.OK).Json["items"]!
            .AsArray()
            .ToDictionary(p => (string)p!["point"]!, p => (string?)p!["untrusted"]);
        await vault.DisposeAsync();

        Assert.Null(listed[signed.Id.ToString()]);
        Assert.Contains("no signature", listed[added.Id.ToString()]);
    }

    [Fact]
    public async Task A_point_shows_what_it_holds()
    {
        var point = await WriteAsync(SamplePoint.Time.AddDays(1), ConfigMap("a", 1), ConfigMap("b", 1));

        var content = (await bench.GetAsync($"/api/points/prod/{point.Id}")).Is(HttpStatusCode.OK);

        Assert.Equal(point.Id.ToString(), (string)content.Json["point"]!["point"]!);
        Assert.Equal("Succeeded", (string)content.Json["point"]!["state"]!);
        Assert.Equal(2, (int)content.Json["types"]!.AsArray().Single(t => (string)t!["resource"]! == "configmaps")!["objects"]!);
        Assert.Equal("shop", (string)content.Json["namespaces"]![0]!["namespace"]!);
        Assert.Equal(
            HttpStatusCode.NotModified,
            (await bench.SendAsync(HttpMethod.Get, $"/api/points/prod/{point.Id}", null, "Reader", ("If-None-Match", content.ETag))).Status
        );
    }

    [Fact]
    public async Task Manifests_come_to_the_byte_and_page_by_page_as_JSON_or_as_lines()
    {
        string[] manifests = [.. Enumerable.Range(0, 5).Select(i => ConfigMap($"m{i}", i))];
        var point = await WriteAsync(SamplePoint.Time.AddDays(2), manifests);
        var lines = new List<string>();
        for (string? continuation = ""; continuation is not null; )
        {
            var page = (
                await bench.GetAsync($"/api/points/prod/{point.Id}/manifests?format=ndjson&limit=2&continuation={continuation}")
            ).Is(HttpStatusCode.OK);
            Assert.Equal("application/x-ndjson", page.ContentType);
            lines.AddRange(page.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            continuation = page.Headers.GetValueOrDefault("Holdfast-Continuation");
        }
        var json = (await bench.GetAsync($"/api/points/prod/{point.Id}/manifests?name=m3&kind=cm&namespace=shop")).Is(HttpStatusCode.OK);

        Assert.Equal(manifests, lines);
        Assert.Equal("{\"items\":[" + manifests[3] + "]}", json.Body);
    }

    [Theory]
    [
        InlineData("namespace=elsewhere", 0),
        InlineData("kind=secrets", 1),
        InlineData("kind=ConfigMap", 1),
        InlineData("name=nothing", 0),
        InlineData("", 2)
    ]
    public async Task Manifests_are_chosen_by_kind_namespace_and_name(string query, int expected)
    {
        var point = await WriteSegmentsAsync(
            SamplePoint.Time.AddDays(3),
            [new("configmaps", "shop", ConfigMap("a", 1)), new("secrets", "shop", Secret)]
        );

        Assert.Equal(
            expected,
            (await bench.GetAsync($"/api/points/prod/{point.Id}/manifests?{query}")).Is(HttpStatusCode.OK).Json["items"]!.AsArray().Count
        );
    }

    [Fact]
    public async Task The_data_of_a_secret_and_its_copy_in_an_annotation_are_digests()
    {
        var point = await WriteSegmentsAsync(SamplePoint.Time.AddDays(4), [new("secrets", "shop", Secret)]);

        foreach (var role in new[] { "Reader", "Operator", "Admin", "SecretReader" })
        {
            var read = (await bench.GetAsync($"/api/points/prod/{point.Id}/manifests", role)).Is(HttpStatusCode.OK);
            Assert.DoesNotContain(Password, read.Body);
            var item = read.Json["items"]![0]!;
            Assert.StartsWith("<redacted sha256:", (string)item["data"]!["password"]!);
            Assert.StartsWith(
                "<redacted sha256:",
                (string)item["metadata"]!["annotations"]!["kubectl.kubernetes.io/last-applied-configuration"]!
            );
            Assert.Equal("stays", (string)item["metadata"]!["annotations"]!["note"]!);
        }
    }

    [Theory]
    [InlineData("Reader"), InlineData("Operator"), InlineData("Admin")]
    public async Task Only_a_secret_reader_may_ask_for_secret_data(string role)
    {
        var point = await WriteSegmentsAsync(SamplePoint.Time.AddDays(5), [new("secrets", "shop", Secret)]);

        Assert.DoesNotContain(
            Password,
            (await bench.GetAsync($"/api/points/prod/{point.Id}/manifests?secrets=true", role)).Is(HttpStatusCode.Forbidden).Body
        );
    }

    [Fact]
    public async Task A_read_of_secret_data_is_audited()
    {
        var point = await WriteSegmentsAsync(SamplePoint.Time.AddDays(6), [new("secrets", "shop", Secret)]);
        var path = $"/api/points/prod/{point.Id}/manifests";

        var read = (await bench.GetAsync($"{path}?secrets=true", "SecretReader")).Is(HttpStatusCode.OK);
        var audit = (await bench.GetAsync("/api/audit?limit=1000", "Admin")).Is(HttpStatusCode.OK);

        Assert.Equal(Password, (string)read.Json["items"]![0]!["data"]!["password"]!);
        var record = audit.Json["items"]!.AsArray().Select(entry => entry!["record"]!).Single(r => (string)r["target"]! == path);
        Assert.Equal("manifests.read-secrets", (string)record["action"]!);
        Assert.Equal("alex@example.org", (string)record["who"]!["name"]!);
        Assert.Equal("127.0.0.1", (string)record["from"]!);
        Assert.Equal(read.Headers["Holdfast-Request"], (string)record["requestId"]!);
        Assert.DoesNotContain(Password, audit.Body);
    }

    [Fact]
    public async Task Points_are_compared_page_by_page_and_never_by_their_secrets_values()
    {
        var before = await WriteSegmentsAsync(
            SamplePoint.Time.AddDays(7),
            [new("configmaps", "shop", ConfigMap("a", 1), ConfigMap("b", 1), ConfigMap("c", 1)), new("secrets", "shop", Secret)]
        );
        var after = await WriteSegmentsAsync(
            SamplePoint.Time.AddDays(8),
            [
                new("configmaps", "shop", ConfigMap("a", 2), ConfigMap("c", 1), ConfigMap("d", 1)),
                new("secrets", "shop", Secret.Replace("aHVudGVyMg==", "b3RoZXI=", StringComparison.Ordinal)),
            ]
        );
        var changes = new List<string>();
        for (string? continuation = ""; continuation is not null; )
        {
            var page = (await bench.GetAsync($"/api/points/prod/{before.Id}/diff?with={after.Id}&limit=1&continuation={continuation}")).Is(
                HttpStatusCode.OK
            );
            Assert.DoesNotContain("aHVudGVyMg", page.Body);
            Assert.DoesNotContain("b3RoZXI", page.Body);
            changes.AddRange(page.Json["items"]!.AsArray().Select(c => $"{c!["change"]} {c["resource"]} {c["name"]}"));
            continuation = (string?)page.Json["continuation"];
        }

        Assert.Equal(["changed configmaps a", "removed configmaps b", "added configmaps d", "changed secrets db"], changes);
        Assert.Equal("a", await NamesAsync("app=cm/a&namespace=sh*"));
        Assert.Equal("", await NamesAsync("selector=app=none&selector=tier in (x,y)"));

        async Task<string> NamesAsync(string query) =>
            string.Join(
                ',',
                (await bench.GetAsync($"/api/points/prod/{before.Id}/diff?with={after.Id}&{query}")).Is(HttpStatusCode.OK).Json["items"]!
                    .AsArray()
                    .Select(c => (string)c!["name"]!)
            );
    }

    [Fact]
    public async Task Points_are_chosen_by_time_and_namespace()
    {
        var at = SamplePoint.Time.AddDays(20);
        var early = await WriteSegmentsAsync(at, [new("configmaps", "early-shop", ConfigMap("a", 1))]);
        var late = await WriteAsync(at.AddHours(1), ConfigMap("a", 1));
        const string Since = "2026-12-12T05:30:00Z";

        Assert.Equal([late.Id, early.Id], await ListAsync($"since={Since}&until=2026-12-12"));
        Assert.Equal([early.Id], await ListAsync($"since={Since}&until=2026-12-12&namespace=early-shop"));
        Assert.Empty(await ListAsync($"since={Since}&until=2026-12-12&policy=nightly"));
        foreach (var wrong in (string[])["since", "until", "policy", "cluster"])
            Assert.Equal([wrong], (await bench.GetAsync($"/api/points?{wrong}=A!")).Is(HttpStatusCode.BadRequest).ErrorPaths);

        async Task<IEnumerable<PointId>> ListAsync(string query) =>
            (await bench.GetAsync($"/api/points?{query}")).Is(HttpStatusCode.OK).Json["items"]!
                .AsArray()
                .Select(p => PointId.TryParse((string)p!["point"]!, out var id) ? id : default);
    }

    [Fact]
    public async Task The_history_of_an_object_comes_page_by_page_without_values_of_secrets()
    {
        var at = SamplePoint.Time.AddDays(30);
        string[] passwords = [Password, Password, "b3RoZXI=", Password];
        var past = Secret.Replace("\"shop\"", "\"past\"", StringComparison.Ordinal);
        foreach (var (hour, password) in passwords.Index())
            await WriteSegmentsAsync(
                at.AddHours(hour),
                [new("secrets", "past", past.Replace(Password, password, StringComparison.Ordinal))]
            );
        var changes = new List<string>();
        for (string? continuation = ""; continuation is not null; )
        {
            var page = (
                await bench.GetAsync(
                    $"/api/history/prod?kind=secret/db&namespace=past&since=2026-12-22&limit=1&continuation={continuation}"
                )
            ).Is(HttpStatusCode.OK);
            Assert.DoesNotContain("aHVudGVyMg", page.Body);
            Assert.DoesNotContain("b3RoZXI", page.Body);
            changes.AddRange(page.Json["items"]!.AsArray().Select(c => (string)c!["change"]!));
            continuation = (string?)page.Json["continuation"];
        }

        Assert.Equal(["added", "changed", "changed"], changes);
        foreach (var wrong in (string[])["", "kind=secret", "kind=unicorn/x"])
            Assert.Equal(["kind"], (await bench.GetAsync($"/api/history/prod?{wrong}")).Is(HttpStatusCode.BadRequest).ErrorPaths);
        (await bench.GetAsync("/api/history/prod?kind=secret/db&continuation=eHh4")).Is(HttpStatusCode.BadRequest);
    }

    [Theory]
    [
        InlineData("manifests?format=xml", "format"),
        InlineData("manifests?secrets=maybe", "secrets"),
        InlineData("manifests?kind=unicorn", "kind"),
        InlineData("diff", "with"),
        InlineData("manifests?continuation=eHh4", "continuation")
    ]
    public async Task A_parameter_that_can_not_be_is_named(string query, string parameter)
    {
        var point = await WriteAsync(SamplePoint.Time.AddDays(9), ConfigMap("a", 1));

        Assert.Equal([parameter], (await bench.GetAsync($"/api/points/prod/{point.Id}/{query}")).Is(HttpStatusCode.BadRequest).ErrorPaths);
    }

    [Theory]
    [
        InlineData("/api/points/prod/nothing"),
        InlineData("/api/points/..%2f..%2fetc/20261122T053000Z-1a2b3c"),
        InlineData("/api/points/UPPER/20261122T053000Z-1a2b3c")
    ]
    public async Task Names_that_can_not_be_are_not_found(string path) => (await bench.GetAsync(path)).Is(HttpStatusCode.NotFound);

    [Fact]
    public async Task A_vault_whose_bytes_changed_is_reported_and_nothing_of_it_given_out()
    {
        var point = await WriteAsync(SamplePoint.Time.AddDays(10), ConfigMap("damaged-one", 1));
        var reader = await RecoveryPointReader.OpenAsync(bench.Vault, SamplePoint.Cluster, point.Id, CancellationToken.None);
        var path = $"clusters/prod/packs/{reader.Inventory.Segments[0].Parts[0].Pack}.ndjson.gz";
        var bytes = (await bench.Vault.ReadAsync(path, null, CancellationToken.None))!.ToArray();
        bytes[^5] ^= 1;
        bench.Vault.Overwrite(path, bytes);

        var answer = (await bench.GetAsync($"/api/points/prod/{point.Id}/manifests")).Is(HttpStatusCode.InternalServerError);

        Assert.EndsWith("/damaged", (string)answer.Json["type"]!);
    }

    private static string ConfigMap(string name, int value) =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","namespace":"shop"},"data":{"value":"{{{value}}}"}}""";

    private Task<SealedPoint> WriteAsync(DateTimeOffset at, params string[] configMaps) =>
        WriteSegmentsAsync(at, new SampleSegment("configmaps", "shop", configMaps));

    private Task<SealedPoint> WriteSegmentsAsync(DateTimeOffset at, params SampleSegment[] segments) =>
        SamplePoint.WriteAsync(bench.Vault, segments, at);
}
