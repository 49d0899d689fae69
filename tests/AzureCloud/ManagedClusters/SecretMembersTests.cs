using System.Text.Json.Nodes;
using Holdfast.AzureCloud.ManagedClusters;

namespace Holdfast.AzureCloud.Tests.ManagedClusters;

public sealed class SecretMembersTests
{
    [Theory]
    [InlineData("""{"adminPassword":"x"}""", "{}", "adminPassword")]
    [InlineData("""{"a":{"clientSecret":"x"}}""", """{"a":{}}""", "a.clientSecret")]
    [InlineData("""{"a":[{"apiKey":"x"},{"b":"c"}]}""", """{"a":[{},{"b":"c"}]}""", "a[0].apiKey")]
    [InlineData("""{"log":"DefaultEndpointsProtocol=https;AccountKey=abc"}""", "{}", "log")]
    [InlineData("""{"tags":{"key":"-----BEGIN PRIVATE KEY-----"}}""", """{"tags":{}}""", "tags.key")]
    [InlineData("""{"proxy":"https://a:b@example.org:8443/x?y=1"}""", """{"proxy":"https://example.org:8443/x?y=1"}""", "proxy")]
    [InlineData("""{"urls":["https://a.example.org/b?sv=1&sig=x"]}""", """{"urls":["https://a.example.org/b"]}""", "urls[0]")]
    public void What_may_be_a_secret_is_taken_out_and_its_place_is_told(string model, string left, string place)
    {
        var json = JsonNode.Parse(model)!.AsObject();

        Assert.Equal([place], SecretMembers.TakeOut(json));
        Assert.Equal(left, json.ToJsonString());
    }

    [Theory]
    [InlineData("""{"enableSecretRotation":"true"}""")]
    [InlineData("""{"azureKeyvaultSecretsProvider":{"enabled":true}}""")]
    [InlineData("""{"ssh":{"publicKeys":[{"keyData":"ssh-rsa AAAA"}]}}""")]
    [InlineData("""{"keyId":"https://acme.vault.azure.net/keys/a/b"}""")]
    [InlineData("""{"tokenResource":"/subscriptions/a/resourceGroups/b/providers/c/d/e"}""")]
    public void Settings_that_only_sound_like_it_stay(string model)
    {
        var json = JsonNode.Parse(model)!.AsObject();

        Assert.Empty(SecretMembers.TakeOut(json));
        Assert.Equal(model, json.ToJsonString());
    }
}
