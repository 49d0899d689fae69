using System.Net;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Control;
using Holdfast.Control.Tests;

namespace Holdfast.AzureCloud.Tests.Blobs;

public sealed class BlobDocumentsTests(AzuriteFixture fixture) : DocumentStoreSuite, IClassFixture<AzuriteFixture>
{
    protected override IDocumentStore Store { get; } = BlobDocuments.Open(fixture.Azurite.NewContainer(), fixture.Azurite.ConnectionString);
}

public sealed class BlobDocumentFaultTests
{
    [Theory]
    [InlineData(403, "AuthorizationPermissionMismatch", ControlFailure.Forbidden, "Storage Blob Data Contributor")]
    [InlineData(503, "ServerBusy", ControlFailure.Unreachable, "try again")]
    [InlineData(507, "InsufficientStorage", ControlFailure.Full, "No room")]
    public async Task A_refusal_says_what_to_do_and_nothing_of_vaults(int status, string code, ControlFailure failure, string says)
    {
        var documents = Documents(new ScriptedService(_ => ScriptedService.Refuse(status, code)));

        foreach (
            var call in new Func<Task>[]
            {
                () => documents.ReadAsync("a", default),
                () => documents.CreateAsync("a", "x"u8.ToArray(), default),
                () => documents.ListAsync("", null, default).ToListAsync().AsTask(),
            }
        )
        {
            var thrown = await Assert.ThrowsAsync<ControlException>(call);
            Assert.Equal(failure, thrown.Failure);
            Assert.Contains(says, thrown.Message);
            Assert.DoesNotContain("vault", thrown.Message);
            Assert.DoesNotContain("sig=", thrown.ToString());
        }
    }

    [Fact]
    public async Task A_create_whose_answer_was_lost_knows_its_own_write_when_it_is_sent_again()
    {
        string? id = null;
        var service = new ScriptedService(request =>
        {
            if (request.Method == HttpMethod.Head)
                return ScriptedService.Ok("", ("x-ms-meta-holdfastwrite", id!));
            if (id is not null)
                return ScriptedService.Refuse(409, "BlobAlreadyExists");
            id = request.Headers.GetValues("x-ms-meta-holdfastwrite").Single();
            throw new HttpRequestException("the connection was cut after the service had stored the blob");
        });

        Assert.Equal("\"0x1\"", await Documents(service, retries: 1).CreateAsync("a", "x"u8.ToArray(), default));
    }

    [Fact]
    public async Task A_create_that_finds_anothers_write_is_refused()
    {
        var service = new ScriptedService(request =>
            request.Method == HttpMethod.Head
                ? ScriptedService.Ok("", ("x-ms-meta-holdfastwrite", "another"))
                : ScriptedService.Refuse(409, "BlobAlreadyExists")
        );

        Assert.Null(await Documents(service).CreateAsync("a", "x"u8.ToArray(), default));
    }

    [Fact]
    public void A_location_has_no_token_in_it() =>
        Assert.Equal("https://acme.blob.core.windows.net/control", Documents(new ScriptedService(_ => new(HttpStatusCode.OK))).Location);

    internal static BlobDocuments Documents(ScriptedService service, int retries = 0)
    {
        var options = new BlobClientOptions { Transport = new HttpClientTransport(service) };
        options.Retry.MaxRetries = retries;
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        return new(new BlobContainerClient(new Uri($"https://acme.blob.core.windows.net/control?{ScriptedService.Sas}"), options));
    }
}
