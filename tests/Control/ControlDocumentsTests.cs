using Holdfast.Archive.Format;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Tests;

public sealed class ControlDocumentsTests
{
    private static readonly ClusterName Name = ClusterName.Parse("prod-west");
    private readonly MemoryDocuments store = new();
    private readonly ControlDocuments documents;

    public ControlDocumentsTests() => documents = new(store);

    [Fact]
    public async Task A_registration_is_created_read_replaced_and_deleted_under_its_etag()
    {
        var cluster = Registration("prod-west");
        var first = await documents.CreateClusterAsync(cluster, default);
        Assert.Null(await documents.CreateClusterAsync(cluster, default));
        Assert.Equal(first, (await documents.ReadClusterAsync(Name, default))!.ETag);

        var second = await documents.ReplaceClusterAsync(cluster with { TlsServerName = null }, first!, default);
        Assert.Null(await documents.ReplaceClusterAsync(cluster, first!, default));
        Assert.Null((await documents.ReadClusterAsync(Name, default))!.Document!.TlsServerName);

        Assert.False(await documents.DeleteClusterAsync(Name, first, default));
        Assert.True(await documents.DeleteClusterAsync(Name, second, default));
        Assert.Null(await documents.ReadClusterAsync(Name, default));
    }

    [Fact]
    public async Task A_policy_is_created_read_replaced_and_deleted_under_its_etag()
    {
        var policy = ProtectionPolicy.Read(Edited.Bytes(Edited.Policy)).Document!;
        var first = await documents.CreatePolicyAsync(policy, default);
        var second = await documents.ReplacePolicyAsync(policy with { Paused = null }, first!, default);

        Assert.Null(await documents.ReplacePolicyAsync(policy, first!, default));
        Assert.Null((await documents.ReadPolicyAsync(policy.Name, default))!.Document!.Paused);
        Assert.False(await documents.DeletePolicyAsync(policy.Name, first, default));
        Assert.True(await documents.DeletePolicyAsync(policy.Name, second, default));
        Assert.Null(await documents.ReadPolicyAsync(policy.Name, default));
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(5), InlineData(100)]
    public async Task Pages_together_hold_every_cluster_once_in_the_order_of_names(int limit)
    {
        string[] names = ["a", "a-1", "a0", "b", "z"];
        foreach (var name in names.Reverse())
            await documents.CreateClusterAsync(Registration(name), default);
        await store.PutAsync("clusters/not-ours.txt", "x"u8.ToArray(), default);
        await store.PutAsync("clusters/deeper/a.json", "x"u8.ToArray(), default);

        var found = new List<string>();
        for (string? after = null; ; )
        {
            var page = await documents.ListClustersAsync(after, limit, default);
            Assert.InRange(page.Items.Length, 1, limit);
            found.AddRange(page.Items.Select(i => i.Name));
            if ((after = page.After) is null)
                break;
        }

        Assert.Equal(names.Order(), found.Order());
        Assert.Equal(names.Length, found.Distinct().Count());
    }

    [Fact]
    public async Task An_empty_container_has_one_empty_page() =>
        Assert.Equal((0, null), (await documents.ListPoliciesAsync(null, 10, default) is var page ? page.Items.Length : -1, page.After));

    [Fact]
    public async Task A_document_that_was_edited_into_something_invalid_keeps_no_other_from_being_listed()
    {
        await documents.CreateClusterAsync(Registration("good"), default);
        await store.PutAsync("clusters/bad.json", "{"u8.ToArray(), default);

        var page = await documents.ListClustersAsync(null, 10, default);

        Assert.Equal([("bad", false), ("good", true)], page.Items.Select(i => (i.Name, i.IsValid)));
        Assert.Contains("clusters/bad.json", page.Items[0].Trouble);
        Assert.Contains("line 1", page.Items[0].Trouble);
    }

    [Fact]
    public async Task A_copy_that_kept_the_other_name_is_reported()
    {
        await store.PutAsync("clusters/prod-east.json", Registration("prod-west").ToJson(), default);

        var kept = await documents.ReadClusterAsync(ClusterName.Parse("prod-east"), default);

        Assert.Equal("$.name", Assert.Single(kept!.Problems).Path);
    }

    private static ClusterRegistration Registration(string name) =>
        ClusterRegistration.Read(Edited.Bytes(Edited.With(Edited.Cluster, "name", $"\"{name}\""))).Document!;
}
