using System.Net;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;

namespace Holdfast.AzureCloud.Tests.Blobs;

public sealed class BlobFaultTests
{
    [Theory]
    [InlineData(403, "AuthorizationPermissionMismatch", ArchiveFailure.Forbidden, "Storage Blob Data Reader")]
    [InlineData(401, "NoAuthenticationInformation", ArchiveFailure.Forbidden, "Storage Blob Data Reader")]
    [InlineData(404, "ContainerNotFound", ArchiveFailure.NotFound, "holdfast capture")]
    [InlineData(409, "BlobImmutableDueToPolicy", ArchiveFailure.Immutable, "immutable")]
    [InlineData(409, "BlobImmutableDueToLegalHold", ArchiveFailure.Immutable, "legal hold")]
    [InlineData(409, "LeaseIdMissing", ArchiveFailure.Conflict, "409 LeaseIdMissing")]
    [InlineData(500, "InternalError", ArchiveFailure.Unreachable, "try again")]
    [InlineData(503, "ServerBusy", ArchiveFailure.Unreachable, "try again")]
    [InlineData(507, "InsufficientStorage", ArchiveFailure.Full, "No room")]
    public async Task A_refusal_says_which_side_failed_and_what_to_do(int status, string code, ArchiveFailure failure, string says)
    {
        var store = new ScriptedService(_ => ScriptedService.Refuse(status, code)).Store();

        foreach (
            var call in new Func<Task>[]
            {
                () => store.ReadAsync("a", null, default),
                () => store.ReadRangeAsync("a", "2026", 0, 1, default),
                () => store.ListAsync("", default).ToListAsync().AsTask(),
            }
        )
        {
            var thrown = await Assert.ThrowsAsync<ArchiveException>(call);
            Assert.Equal(failure, thrown.Failure);
            Assert.Contains(says, thrown.Message);
            Assert.DoesNotContain("sig=", thrown.ToString());
        }
    }

    [Fact]
    public async Task A_network_that_is_gone_is_unreachable()
    {
        var store = new ScriptedService(_ => throw new HttpRequestException("no route")).Store();

        var thrown = await Assert.ThrowsAsync<ArchiveException>(() => store.ReadAsync("a", null, default));

        Assert.True(thrown.IsTransient);
        Assert.DoesNotContain("sig=", thrown.ToString());
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_and_no_fault()
    {
        using var source = new CancellationTokenSource();
        var store = new ScriptedService(_ =>
        {
            source.Cancel();
            throw new TaskCanceledException();
        }).Store();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.ReadAsync("a", null, source.Token));
    }

    [Fact]
    public async Task The_oldest_version_is_read_whatever_was_written_over_it()
    {
        var service = new ScriptedService(request =>
            request.RequestUri!.Query switch
            {
                var q when q.Contains("comp=list", StringComparison.Ordinal) => ScriptedService.Ok(
                    Versions("2026-11-22T05:30:00.0000000Z", "2026-11-23T05:30:00.0000000Z")
                ),
                var q when q.Contains("versionid=2026-11-22", StringComparison.Ordinal) => ScriptedService.Ok(
                    "first",
                    ("x-ms-version-id", "2026-11-22T05:30:00.0000000Z")
                ),
                _ => ScriptedService.Ok("forged", ("x-ms-version-id", "2026-11-23T05:30:00.0000000Z")),
            }
        );

        Assert.Equal("first"u8.ToArray(), await service.Store().ReadAsync("a", null, default));
        var entries = await service.Store().ListAsync("", default).ToListAsync();
        Assert.Equal(
            [("2026-11-22T05:30:00.0000000Z", false), ("2026-11-23T05:30:00.0000000Z", true)],
            entries.Select(e => (e.Version!, e.IsCurrent))
        );
    }

    [Fact]
    public async Task A_blob_that_was_deleted_by_name_is_read_by_its_version()
    {
        var service = new ScriptedService(request =>
            request.RequestUri!.Query switch
            {
                var q when q.Contains("comp=list", StringComparison.Ordinal) => ScriptedService.Ok(
                    Versions("2026-11-22T05:30:00.0000000Z")
                ),
                var q when q.Contains("versionid=", StringComparison.Ordinal) => ScriptedService.Ok(
                    "first",
                    ("x-ms-version-id", "2026-11-22T05:30:00.0000000Z")
                ),
                _ => ScriptedService.Refuse(404, "BlobNotFound"),
            }
        );

        Assert.Equal("first"u8.ToArray(), await service.Store().ReadAsync("a", null, default));
    }

    [Fact]
    public async Task Where_the_container_can_keep_what_is_written_it_is_locked_with_the_upload()
    {
        var service = new ScriptedService(request =>
            request.Method == HttpMethod.Put
                ? Created()
                : ScriptedService.Ok("", ("x-ms-immutable-storage-with-versioning-enabled", "true"))
        );
        var store = service.Store(VaultUse.Write);

        await store.CreateAsync("a", "x"u8.ToArray(), new ImmutabilityTerm(new(2026, 12, 1, 0, 0, 0, 1, TimeSpan.Zero)), default);

        var put = service.Requests.Single(r => r.Method == HttpMethod.Put);
        Assert.Equal(ImmutabilitySupport.Enforced, store.Immutability);
        Assert.Equal("Tue, 01 Dec 2026 00:00:01 GMT", Assert.Single(put.Headers.GetValues("x-ms-immutability-policy-until-date")));
        Assert.Equal("locked", Assert.Single(put.Headers.GetValues("x-ms-immutability-policy-mode")), ignoreCase: true);
        Assert.Equal("*", put.Headers.IfNoneMatch.ToString());
    }

    [Fact]
    public async Task A_store_that_answers_that_it_knows_no_immutability_is_one_without()
    {
        var service = new ScriptedService(request =>
            request.RequestUri!.Query.Contains("comp=immutabilityPolicies", StringComparison.OrdinalIgnoreCase)
                ? ScriptedService.Refuse(501, "NotImplemented")
                : ScriptedService.Ok("", ("x-ms-immutable-storage-with-versioning-enabled", "true"))
        );
        var store = service.Store(VaultUse.Write);

        Assert.True(await store.ExtendImmutabilityAsync("a", null, new(DateTimeOffset.UtcNow.AddDays(1)), default));
        Assert.Equal(ImmutabilitySupport.None, store.Immutability);
    }

    [Fact]
    public void A_location_has_no_token_in_it() =>
        Assert.Equal("https://acme.blob.core.windows.net/vault", new ScriptedService(_ => ScriptedService.Ok("")).Store().Location);

    private static HttpResponseMessage Created()
    {
        var response = ScriptedService.Ok("", ("x-ms-version-id", "1"), ("x-ms-request-server-encrypted", "true"));
        response.StatusCode = HttpStatusCode.Created;
        return response;
    }

    private static string Versions(params string[] ids) =>
        $"""
            <?xml version="1.0" encoding="utf-8"?>
            <EnumerationResults ServiceEndpoint="https://acme.blob.core.windows.net/" ContainerName="vault">
              <Blobs>{string.Concat(ids.Select((id, i) => Version(id, isCurrent: i == ids.Length - 1 && ids.Length > 1)))}</Blobs>
              <NextMarker />
            </EnumerationResults>
            """;

    private static string Version(string id, bool isCurrent) =>
        $"""
            <Blob>
              <Name>a</Name>
              <VersionId>{id}</VersionId>
              {(isCurrent ? "<IsCurrentVersion>true</IsCurrentVersion>" : "")}
              <Properties>
                <Content-Length>5</Content-Length>
                <Last-Modified>Sun, 22 Nov 2026 05:30:00 GMT</Last-Modified>
              </Properties>
            </Blob>
            """;
}
