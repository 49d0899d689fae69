using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.TestKit.Scenarios;

/// <summary>Makes the objects of a scenario, as users and controllers would have.</summary>
/// <param name="servers">Keys of what the server itself has made: kube-system, the Service kubernetes, the role view.</param>
internal sealed class ScenarioSeeding(ClusterRequests requests, ApiSurface surface, IReadOnlySet<string> servers)
{
    /// <summary>Holds what a scenario says is being deleted.</summary>
    private const string Held = "example.com/held";

    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    private static readonly string[] First = ["Namespace", "CustomResourceDefinition"];

    private readonly List<ApiResource> defined = [];

    /// <summary>Namespaces and definitions first, and a claim before its volume, which has the claim's uid.</summary>
    public static IEnumerable<JsonObject> Ordered(IEnumerable<JsonObject> manifests) =>
        manifests.OrderBy(m =>
            First.Contains(m.Text("kind")) ? 0
            : m.Text("kind") == "PersistentVolume" ? 2
            : 1
        );

    public async Task AddAsync(JsonObject manifest)
    {
        var type = TypeOf(manifest);
        manifest["apiVersion"] = type.ApiVersion;
        var (metadata, status) = (manifest.Ensure("metadata"), manifest.Object("status"));
        if (servers.Contains(ClusterContent.Key(type.GroupResource, metadata.Text("namespace"), metadata.Text("name"))))
            return;
        foreach (var field in (string[])["uid", "resourceVersion"])
            metadata.Remove(field);
        if (metadata.Take("deletionTimestamp") is not null && type.Namespaced)
            metadata["finalizers"] = new JsonArray(Held);
        if (manifest.Text("kind") == "Service" && metadata.Object("annotations")?.ContainsKey(LastApplied) != true)
            LeaveAddresses(manifest.Object("spec"));
        await FindUidsAsync(manifest, metadata);
        var answer = await requests.PostAsync(type.CollectionPath(metadata.Text("namespace")), manifest.ToJsonString());
        if (answer.Code is not 201)
            throw new InvalidOperationException($"{type} {metadata.Text("name")}: {answer.Code} {answer.Text}");
        if (status is not null && type.HasStatus && !First.Contains(manifest.Text("kind")))
            await RequireAsync(
                requests.PatchAsync(PathOf(type, manifest) + "/status", new JsonObject { ["status"] = status.DeepClone() }.ToJsonString())
            );
        if (manifest.Text("kind") == "CustomResourceDefinition")
            await DefineAsync(manifest);
    }

    /// <summary>Deletes it where the scenario says that it is being deleted.</summary>
    public async Task EndAsync(JsonObject manifest)
    {
        if (manifest.Object("metadata").Text("deletionTimestamp") is not null)
            await requests.DeleteAsync(PathOf(TypeOf(manifest), manifest));
    }

    private async Task FindUidsAsync(JsonObject manifest, JsonObject metadata)
    {
        foreach (var owner in metadata.Objects("ownerReferences"))
            if (await UidAsync(owner.Text("apiVersion"), owner.Text("kind"), metadata.Text("namespace"), owner.Text("name")) is { } uid)
                owner["uid"] = uid;
        if (manifest.Text("kind") == "PersistentVolume" && manifest.Object("spec").Object("claimRef") is { } claim)
            if (await UidAsync("v1", "PersistentVolumeClaim", claim.Text("namespace"), claim.Text("name")) is { } uid)
                claim["uid"] = uid;
    }

    /// <summary>To the server to give, where no one chose them.</summary>
    private static void LeaveAddresses(JsonObject? spec)
    {
        if (spec.Text("clusterIP") != "None")
            foreach (var field in (string[])["clusterIP", "clusterIPs"])
                spec?.Remove(field);
        foreach (var port in spec.Objects("ports"))
            port.Remove("nodePort");
    }

    /// <summary>Null: it isn't there.</summary>
    private async Task<string?> UidAsync(string? apiVersion, string? kind, string? ns, string? name)
    {
        if (Find(apiVersion, kind) is not { } type)
            return null;
        var answer = await requests.GetAsync(type.ObjectPath(type.Namespaced ? ns : null, name!));
        return answer.Code == 200 ? (string)answer.Metadata["uid"]! : null;
    }

    /// <summary>Returns once the type is served.</summary>
    private async Task DefineAsync(JsonObject definition)
    {
        var spec = definition.Object("spec");
        var (group, names) = (spec.Text("group")!, spec.Object("names"));
        foreach (var version in spec.Objects("versions").Where(v => v.Flag("served")))
        {
            var type = new ApiResource(
                group,
                version.Text("name")!,
                names.Text("plural")!,
                names.Text("kind")!,
                spec.Text("scope") == "Namespaced",
                [],
                HasStatus: version.Object("subresources")?.ContainsKey("status") == true
            );
            defined.Add(type);
            while (
                (await requests.GetAsync(type.CollectionPath(null))).Code != 200
                || !(await requests.GetAsync($"/apis/{group}/{type.Version}")).Text.Contains(type.Resource, StringComparison.Ordinal)
            )
                await Task.Delay(20);
        }
    }

    private static string PathOf(ApiResource type, JsonObject manifest) =>
        type.ObjectPath(manifest.Object("metadata").Text("namespace"), manifest.Object("metadata").Text("name")!);

    private ApiResource TypeOf(JsonObject manifest) =>
        Find(manifest.Text("apiVersion"), manifest.Text("kind"))
        ?? throw new InvalidOperationException(
            $"{manifest.Text("apiVersion")} {manifest.Text("kind")} isn't served: the scenario's request.json has to say \"simulated\""
        );

    /// <summary>In its own version, else in the one that is served.</summary>
    private ApiResource? Find(string? apiVersion, string? kind) =>
        defined.Concat(surface.Resources).FirstOrDefault(r => r.ApiVersion == apiVersion && r.Kind == kind)
        ?? surface.FindKind(ManifestJson.GroupOf(apiVersion), kind!);

    private static async Task RequireAsync(Task<Answer> request)
    {
        var answer = await request;
        if (answer.Code is not 200)
            throw new InvalidOperationException(answer.Text);
    }
}
