using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.AzureCloud.ManagedClusters;

namespace Holdfast.AzureCloud.Tests.ManagedClusters;

public sealed class ResourceMapTests
{
    private const string Old = "/subscriptions/s/resourceGroups/old";
    private const string New = "/subscriptions/s/resourceGroups/new";

    [Theory]
    [InlineData($"{Old}/providers/a/b/c", $"{New}/providers/a/b/c")]
    [InlineData("/SUBSCRIPTIONS/S/resourcegroups/OLD/providers/a/b/c", $"{New}/providers/a/b/c")]
    [InlineData($"{Old}er/providers/a/b/c", $"{Old}er/providers/a/b/c")]
    [InlineData($"{Old}/providers/a/b/special", "/subscriptions/s/resourceGroups/x/providers/a/b/one")]
    public void The_longest_beginning_counts_whatever_its_case_and_only_up_to_a_slash(string id, string mapped)
    {
        var map = new ResourceMap(
            ImmutableSortedDictionary<string, string>
                .Empty.Add(Old, New)
                .Add($"{Old}/providers/a/b/special", "/subscriptions/s/resourceGroups/x/providers/a/b/one")
        );

        Assert.Equal(mapped, map.Of(id));
    }

    [Fact]
    public void Ids_are_replaced_wherever_they_are_and_those_that_stay_are_told()
    {
        var model = JsonNode
            .Parse(
                $$"""
                { "a": { "id": "{{Old}}/providers/a/b/c" }, "list": ["{{Old}}/providers/a/b/d", "text"],
                  "identities": { "{{Old}}/providers/i/j/k": {}, "/subscriptions/s/resourceGroups/other/providers/i/j/k": {} } }
                """
            )!
            .AsObject();

        var left = new ResourceMap(ImmutableSortedDictionary<string, string>.Empty.Add(Old, New)).Apply(model);

        Assert.DoesNotContain("/old/", model.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("/subscriptions/s/resourceGroups/other/providers/i/j/k", Assert.Single(left).Id);
    }
}
