using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;
using Xunit;

namespace Holdfast.TestKit.ClusterSuite;

/// <summary>How the writer interprets an API server's answers.</summary>
public abstract class WriterBehaviour : ClusterBehaviour, IDisposable
{
    private static readonly ApiResource Maps = new("", "v1", "configmaps", "ConfigMap", true, ["create"]);
    private static readonly ApiResource Nothing = new("nothing.example.com", "v1", "things", "Thing", true, ["create"]);
    private static readonly WriteOptions Options = new("holdfast-test");

    private readonly ClusterConnection connection;
    private readonly ResourceWriter writer;

    protected WriterBehaviour(ITestCluster cluster)
        : base(cluster)
    {
        connection = new(cluster.Endpoint, TimeProvider.System);
        writer = new(connection);
    }

    [SkippableFact]
    public async Task A_created_object_comes_back_as_it_now_is()
    {
        var ns = await NewNamespaceAsync();

        var created = await writer.CreateAsync(Maps, ns, Map("a", "1"), Options, default);

        Assert.Equal((WriteStatus.Done, 201), (created.Status, created.Code));
        Assert.NotNull(Field(created, "metadata", "uid"));
        Assert.Contains("holdfast-test", Text(created));
        Assert.Equal(
            Field(created, "metadata", "resourceVersion"),
            Field(await writer.GetAsync(Maps, ns, "a", default), "metadata", "resourceVersion")
        );
    }

    [SkippableFact]
    public async Task What_exists_already_is_a_result()
    {
        var ns = await NewNamespaceAsync();
        await writer.CreateAsync(Maps, ns, Map("a", "1"), Options, default);

        var again = await writer.CreateAsync(Maps, ns, Map("a", "2"), Options, default);

        Assert.Equal((WriteStatus.AlreadyExists, 409, "AlreadyExists"), (again.Status, again.Code, again.Reason));
        Assert.Contains("\"a\" already exists", again.Message);
    }

    [SkippableFact]
    public async Task A_missing_object_a_missing_namespace_and_a_missing_type_are_distinguished()
    {
        var ns = await NewNamespaceAsync();

        var noObject = await writer.GetAsync(Maps, ns, "nowhere", default);
        var noNamespace = await writer.CreateAsync(Maps, NewName(), Map("a", "1"), Options, default);
        var noType = await writer.CreateAsync(Nothing, ns, Map("a", "1"), Options, default);

        Assert.Equal((WriteStatus.NotFound, MissingPart.Object), (noObject.Status, noObject.Missing));
        Assert.Equal((WriteStatus.NotFound, MissingPart.Namespace), (noNamespace.Status, noNamespace.Missing));
        Assert.Equal((WriteStatus.NotFound, MissingPart.Type), (noType.Status, noType.Missing));
        Assert.Contains("/apis/nothing.example.com/v1", noType.Message);
    }

    [SkippableFact]
    public async Task A_replace_with_an_old_resourceVersion_conflicts_and_with_the_present_one_is_done()
    {
        var ns = await NewNamespaceAsync();
        var first = await writer.CreateAsync(Maps, ns, Map("a", "1"), Options, default);
        var version = Field(first, "metadata", "resourceVersion");

        var done = await writer.ReplaceAsync(Maps, ns, "a", Map("a", "2", version), Options, default);
        var late = await writer.ReplaceAsync(Maps, ns, "a", Map("a", "3", version), Options, default);

        Assert.Equal((WriteStatus.Done, 200), (done.Status, done.Code));
        Assert.Equal((WriteStatus.Conflict, 409, "Conflict"), (late.Status, late.Code, late.Reason));
        Assert.Equal("2", Field(await writer.GetAsync(Maps, ns, "a", default), "data", "k"));
    }

    [SkippableFact]
    public async Task A_dry_run_answers_as_if_and_changes_nothing()
    {
        var ns = await NewNamespaceAsync();

        var tried = await writer.CreateAsync(Maps, ns, Map("a", "1"), Options with { DryRun = true }, default);

        Assert.Equal((WriteStatus.Done, 201), (tried.Status, tried.Code));
        Assert.Equal(WriteStatus.NotFound, (await writer.GetAsync(Maps, ns, "a", default)).Status);
    }

    [SkippableFact]
    public async Task An_apply_creates_then_adds_and_conflicts_over_a_field_of_another_manager_unless_forced()
    {
        var ns = await NewNamespaceAsync();
        await writer.ApplyAsync(Maps, ns, "a", Map("a", "1"), new("first"), default);

        var refused = await writer.ApplyAsync(Maps, ns, "a", Map("a", "2"), new("second"), default);
        var forced = await writer.ApplyAsync(Maps, ns, "a", Map("a", "2"), new("second") { Force = true }, default);

        Assert.Equal((WriteStatus.Conflict, 409), (refused.Status, refused.Code));
        Assert.Equal(WriteStatus.Done, forced.Status);
        Assert.Equal("2", Field(forced, "data", "k"));
    }

    [SkippableFact]
    public async Task A_merge_patch_changes_what_it_names_and_its_resourceVersion_is_a_precondition()
    {
        var ns = await NewNamespaceAsync();
        var version = Field(await writer.CreateAsync(Maps, ns, Map("a", "1"), Options, default), "metadata", "resourceVersion");

        var patched = await writer.MergePatchAsync(
            Maps,
            ns,
            "a",
            Bytes($$"""{"metadata":{"resourceVersion":"{{version}}"},"data":{"k":null,"new":"x"} }"""),
            Options,
            default
        );
        var late = await writer.MergePatchAsync(
            Maps,
            ns,
            "a",
            Bytes($$"""{"metadata":{"resourceVersion":"{{version}}"},"data":{"k":"y"} }"""),
            Options,
            default
        );

        Assert.Equal(WriteStatus.Done, patched.Status);
        Assert.Equal("""{"new":"x"}""", JsonNode.Parse(patched.Body.Span)!["data"]!.ToJsonString());
        Assert.Equal(WriteStatus.Conflict, late.Status);
    }

    [SkippableFact]
    public async Task A_delete_holds_to_its_preconditions()
    {
        var ns = await NewNamespaceAsync();
        var created = await writer.CreateAsync(Maps, ns, Map("a", "1"), Options, default);
        var (uid, version) = (Field(created, "metadata", "uid"), Field(created, "metadata", "resourceVersion"));

        var otherUid = await writer.DeleteAsync(Maps, ns, "a", Guid.Empty.ToString(), null, "Background", default);
        var otherVersion = await writer.DeleteAsync(Maps, ns, "a", uid, "1", "Background", default);
        var done = await writer.DeleteAsync(Maps, ns, "a", uid, version, "Background", default);
        var again = await writer.DeleteAsync(Maps, ns, "a", null, null, "Background", default);

        Assert.Equal(
            [WriteStatus.Conflict, WriteStatus.Conflict, WriteStatus.Done, WriteStatus.NotFound],
            new[] { otherUid, otherVersion, done, again }.Select(r => r.Status)
        );
    }

    [SkippableFact]
    public async Task A_status_is_written_through_its_subresource()
    {
        var ns = await NewNamespaceAsync();
        var group = await NewCustomTypeAsync();
        var widgets = new ApiResource(group, "v1", "widgets", "Widget", true, ["create"], HasStatus: true);
        await writer.CreateAsync(widgets, ns, Bytes(Widget(group, "w")), Options, default);

        var written = await writer.MergePatchAsync(
            widgets,
            ns,
            "w",
            """{"status":{"ready":true},"spec":{"size":2}}"""u8.ToArray(),
            Options with
            {
                Subresource = "status",
            },
            default
        );

        Assert.Equal(WriteStatus.Done, written.Status);
        Assert.Equal("""{"ready":true}""", JsonNode.Parse(written.Body.Span)!["status"]!.ToJsonString());
        Assert.Equal("""{"size":1}""", JsonNode.Parse(written.Body.Span)!["spec"]!.ToJsonString());
    }

    [SkippableFact]
    public async Task Content_that_the_server_refuses_is_a_result_with_its_reasons()
    {
        var ns = await NewNamespaceAsync();

        var badName = await writer.CreateAsync(Maps, ns, Map("Not_A_Name", "1"), Options, default);
        var noJson = await writer.CreateAsync(Maps, ns, Bytes("{"), Options, default);

        Assert.Equal((WriteStatus.Invalid, 422, "Invalid"), (badName.Status, badName.Code, badName.Reason));
        Assert.Contains("metadata.name", badName.Message);
        Assert.Equal((WriteStatus.Invalid, 400), (noJson.Status, noJson.Code));
    }

    [SkippableFact]
    public async Task A_create_whose_answer_was_lost_finds_its_own_object()
    {
        var ns = await NewNamespaceAsync();
        await using var proxy = await FaultProxy.StartAsync(Cluster);
        proxy.Inject(Fault.LoseAnswer(), r => r.Method == "POST");
        using var throughProxy = new ClusterConnection(proxy.Endpoint, TimeProvider.System);

        var created = await new ResourceWriter(throughProxy).CreateAsync(Maps, ns, Map("a", "1"), Options, default);

        Assert.Equal(WriteStatus.AlreadyExists, created.Status);
        Assert.Equal(2, proxy.Requests.Count);
    }

    [SkippableFact]
    public async Task A_throttled_write_is_sent_again_when_the_server_says()
    {
        var ns = await NewNamespaceAsync();
        await using var proxy = await FaultProxy.StartAsync(Cluster);
        proxy.Inject(Fault.Answer(429, "TooManyRequests", headers: ("Retry-After", "0")), times: 3);
        using var throughProxy = new ClusterConnection(proxy.Endpoint, TimeProvider.System);

        var created = await new ResourceWriter(throughProxy).CreateAsync(Maps, ns, Map("a", "1"), Options, default);

        Assert.Equal(WriteStatus.Done, created.Status);
        Assert.Equal(3, throughProxy.Throttled);
    }

    [SkippableFact]
    public async Task Throttling_beyond_patience_is_an_exception()
    {
        await using var proxy = await FaultProxy.StartAsync(Cluster);
        proxy.Inject(Fault.Answer(429, "TooManyRequests", headers: ("Retry-After", "3600")));
        using var throughProxy = new ClusterConnection(proxy.Endpoint, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<Holdfast.Clusters.ClusterException>(() =>
            new ResourceWriter(throughProxy).CreateAsync(Maps, "default", Map("a", "1"), Options, default)
        );

        Assert.Equal(Holdfast.Clusters.ClusterFailure.Throttled, failure.Failure);
    }

    [SkippableFact]
    public async Task A_webhook_that_does_not_answer_is_unavailable_and_not_asked_again_at_once()
    {
        const string Said = "Internal error occurred: failed calling webhook \"check.example.com\": connection refused";
        await using var proxy = await FaultProxy.StartAsync(Cluster);
        proxy.Inject(Fault.Answer(500, "InternalError", Said));
        using var throughProxy = new ClusterConnection(proxy.Endpoint, TimeProvider.System);

        var result = await new ResourceWriter(throughProxy).CreateAsync(Maps, "default", Map("a", "1"), Options, default);

        Assert.Equal((WriteStatus.Unavailable, 500, "InternalError", Said), (result.Status, result.Code, result.Reason, result.Message));
        Assert.Single(proxy.Requests);
    }

    [SkippableFact]
    public async Task An_aggregated_API_that_is_down_is_unavailable_after_some_tries()
    {
        await using var proxy = await FaultProxy.StartAsync(Cluster);
        proxy.Inject(Fault.AnswerText(503, "service unavailable\n"), times: 100);
        using var throughProxy = new ClusterConnection(proxy.Endpoint, TimeProvider.System);

        var result = await new ResourceWriter(throughProxy).CreateAsync(Maps, "default", Map("a", "1"), Options, default);

        Assert.Equal((WriteStatus.Unavailable, 503, "service unavailable"), (result.Status, result.Code, result.Message));
        Assert.Equal(5, proxy.Requests.Count);
    }

    void IDisposable.Dispose()
    {
        connection.Dispose();
        Dispose();
    }

    private static byte[] Map(string name, string value, string? resourceVersion = null)
    {
        var version = resourceVersion is null ? "" : $",\"resourceVersion\":\"{resourceVersion}\"";
        return Bytes($$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"{{version}}},"data":{"k":"{{value}}"} }""");
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(WriteResult result) => Encoding.UTF8.GetString(result.Body.Span);

    private static string? Field(WriteResult result, params string[] path)
    {
        var node = JsonNode.Parse(result.Body.Span);
        foreach (var name in path)
            node = node?[name];
        return (string?)node;
    }
}
