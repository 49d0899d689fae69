using System.Buffers.Text;
using System.Text;
using Holdfast.AzureCloud.Credentials;

namespace Holdfast.AzureCloud.Tests.Credentials;

public sealed class AzureIdentityTests
{
    [Theory]
    [InlineData("""{"upn":"jane@example.org","tid":"t1"}""", "jane@example.org of tenant t1")]
    [InlineData("""{"unique_name":"jane@example.org"}""", "jane@example.org")]
    [InlineData("""{"appid":"a1","oid":"o1","tid":"t1"}""", "application a1 (object id o1) of tenant t1")]
    [InlineData("[]", "an identity that its token doesn't name")]
    [InlineData("not json", "an identity that its token doesn't name")]
    public void A_token_names_whom_it_is_of(string claims, string name) =>
        Assert.Equal(name, AzureIdentity.NameIn($"h.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.signature"));

    [Theory]
    [InlineData("opaque"), InlineData("a.!.c")]
    public void What_is_no_such_token_names_no_one_and_is_not_quoted(string token) =>
        Assert.Equal("an identity that its token doesn't name", AzureIdentity.NameIn(token));
}
