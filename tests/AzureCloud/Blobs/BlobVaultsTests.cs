using Holdfast.AzureCloud.Blobs;

namespace Holdfast.AzureCloud.Tests.Blobs;

public sealed class BlobVaultsTests
{
    private const string Emulator =
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;";

    [Theory]
    [InlineData("https://acme.blob.core.windows.net/vault", null, "https://acme.blob.core.windows.net/vault")]
    [InlineData("https://acme.blob.core.windows.net/vault?sv=2023-01-03&sig=c2VjcmV0", null, "https://acme.blob.core.windows.net/vault")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/vault", Emulator, "http://127.0.0.1:10000/devstoreaccount1/vault")]
    [InlineData("https://acme.blob.core.windows.net/vault", Emulator, "https://acme.blob.core.windows.net/vault")]
    public void A_container_opens_by_its_url(string url, string? connectionString, string location) =>
        Assert.Equal(location, BlobVaults.Open(new Uri(url), VaultUse.Read, connectionString).Location);

    [Theory]
    [InlineData("https://acme.blob.core.windows.net/", null)]
    [InlineData("https://acme.blob.core.windows.net/vault/below?sv=2023-01-03&sig=c2VjcmV0", null)]
    [InlineData("http://acme.blob.core.windows.net/vault", null)]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/vault", null)]
    [InlineData("http://127.0.0.1:10000/devstoreaccount12/vault", Emulator)]
    [InlineData("https://acme.blob.core.windows.net/vault", "not a connection string")]
    public void What_names_no_container_or_cannot_be_used_safely_is_refused(string url, string? connectionString)
    {
        var failure = Assert.Throws<FormatException>(() => BlobVaults.Open(new Uri(url), VaultUse.Read, connectionString));

        Assert.DoesNotContain("sig=", failure.ToString());
    }

    [Theory]
    [
        InlineData("https://a/b", true),
        InlineData("http://a/b", true),
        InlineData("/srv/vault", false),
        InlineData("vault", false),
        InlineData("https", false)
    ]
    public void A_url_is_a_container_and_all_else_a_folder(string vault, bool container) =>
        Assert.Equal(container, BlobVaults.IsContainer(vault));
}
