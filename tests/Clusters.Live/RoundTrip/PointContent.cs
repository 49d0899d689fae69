using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Archive.Points;
using Holdfast.Manifests;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>
/// A point's objects, without what servers and controllers set: written from what Kubernetes does, not from the product's rules, so that
/// one mistake doesn't hide another. Objects with random names go by their owner and number.
/// </summary>
internal sealed partial class PointContent
{
    /// <summary>How the names of API servers' own leases begin: each renews one in kube-system every ten seconds.</summary>
    public const string ServersLease = "apiserver-";

    private const string Leases = "leases.coordination.k8s.io";
    private const string SnapshotContents = "volumesnapshotcontents.snapshot.storage.k8s.io";

    private readonly Dictionary<string, JsonObject> byUid = [];
    private readonly SortedDictionary<string, JsonObject> objects = new(StringComparer.Ordinal);

    private PointContent() { }

    /// <summary>As captured, by <c>resource namespace/name</c>.</summary>
    public SortedDictionary<string, JsonObject> Raw { get; } = new(StringComparer.Ordinal);

    public string ServerVersion { get; private init; } = "";

    /// <summary>Normalised, by key.</summary>
    public IReadOnlyDictionary<string, JsonObject> Objects => objects;

    public static async Task<PointContent> ReadAsync(RecoveryPointReader point)
    {
        var content = new PointContent { ServerVersion = point.Inventory.ServerVersion };
        foreach (var segment in point.Inventory.Segments)
        {
            await foreach (var manifest in point.ReadSegmentAsync(segment, default))
                content.Add(segment.Resource, ManifestJson.Parse(manifest.Span));
        }
        foreach (var (key, manifest) in content.Raw)
            content.Normalise(key[..key.IndexOf(' ')], (JsonObject)manifest.DeepClone());
        return content;
    }

    /// <summary>What differs between two contents, a line an object, by key.</summary>
    public static SortedDictionary<string, string> Differences(PointContent before, PointContent after)
    {
        var differences = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in before.objects.Keys.Union(after.objects.Keys))
        {
            var (was, now) = (before.objects.GetValueOrDefault(key), after.objects.GetValueOrDefault(key));
            if (!JsonNode.DeepEquals(was, now))
                differences[key] =
                    was is null ? "added"
                    : now is null ? "gone"
                    : $"{was.ToJsonString()}{Environment.NewLine}    became {now.ToJsonString()}";
        }
        return differences;
    }

    private void Add(string resource, JsonObject manifest)
    {
        var metadata = manifest.Object("metadata");
        Raw.Add($"{resource} {metadata.Text("namespace")}/{metadata.Text("name")}", manifest);
        byUid.Add(metadata.Text("uid")!, manifest);
    }

    private void Normalise(string resource, JsonObject manifest)
    {
        var metadata = manifest.Ensure("metadata");
        foreach (var field in (string[])["uid", "resourceVersion", "generation", "creationTimestamp", "selfLink"])
            metadata.Remove(field);
        if (metadata.Objects("managedFields").Any(f => f.Text("operation") == "Apply"))
            foreach (var entry in metadata.Objects("managedFields"))
                entry.Remove("time");
        else
            metadata.Remove("managedFields");
        foreach (var owner in metadata.Objects("ownerReferences"))
            owner["uid"] = NameOfUid(owner.Text("uid"));
        var name = OwnName(resource, manifest);
        if (IsControllersOwn(resource, name))
            return;
        metadata["name"] = name;
        DropServerSet(resource, manifest);
        var key = $"{resource} {metadata.Text("namespace")}/{name}";
        for (var i = 2; !objects.TryAdd(key, manifest); i++)
            key = $"{resource} {metadata.Text("namespace")}/{name}#{i}";
    }

    /// <summary>
    /// What controllers make in every namespace for themselves, and when they like: an account that names a token already may get another
    /// one or not, a full quota keeps the CA's copy out. And, from 1.26 on, the API server's own heartbeat.
    /// </summary>
    private static bool IsControllersOwn(string resource, string name) =>
        (resource == "secrets" && name.EndsWith("-token-?", StringComparison.Ordinal))
        || (resource == "configmaps" && name == "kube-root-ca.crt")
        || (resource == Leases && name.StartsWith(ServersLease, StringComparison.Ordinal));

    /// <summary>A name, where it is no random one.</summary>
    private static string OwnName(string resource, JsonObject manifest)
    {
        var metadata = manifest.Object("metadata");
        var name = metadata.Text("name")!;
        if (resource == "pods" && metadata.Objects("ownerReferences").FirstOrDefault() is { } owner && owner.Text("kind") != "StatefulSet")
            return owner.Text("name") + "-?";
        if (resource == SnapshotContents)
            return $"content of {manifest.Object("spec").Object("volumeSnapshotRef").Text("name")}";
        return resource == "secrets" && manifest.Text("type") == "kubernetes.io/service-account-token"
            ? RandomToken().Replace(name, "-token-?")
            : name;
    }

    private string NameOfUid(string? uid) =>
        uid is not null && byUid.TryGetValue(uid, out var found)
            ? $"uid of {found.Text("kind")} {found.Object("metadata").Text("name")}"
            : $"dead uid {uid}";

    /// <summary>A restored one has a fresh name.</summary>
    private string? NameOfContent(string? name) =>
        Raw.TryGetValue($"{SnapshotContents} /{name}", out var content) ? OwnName(SnapshotContents, content) : name;

    private void DropServerSet(string resource, JsonObject manifest)
    {
        var (spec, annotations) = (manifest.Object("spec"), manifest.Object("metadata").Object("annotations"));
        // Of built-in types it is what controllers say; of others a restore that was asked to brings it back, without the generations that
        // it speaks of.
        if (resource.EndsWith("example.com", StringComparison.Ordinal) || resource.Contains("snapshot", StringComparison.Ordinal))
            (manifest.Text("kind") == "Gadget" ? null : manifest.Object("status"))?.Remove("observedGeneration");
        else
            manifest.Remove("status");
        switch (resource)
        {
            case "services":
                DropServiceFields(manifest, spec!);
                break;
            case "secrets" when manifest.Text("type") == "kubernetes.io/service-account-token":
                // Signed for the account's uid; that it is there is what counts.
                manifest["data"] = new JsonArray([.. (manifest.Object("data") ?? []).Select(d => (JsonNode)d.Key)]);
                if (annotations is not null)
                    annotations["kubernetes.io/service-account.uid"] = NameOfUid(annotations.Text("kubernetes.io/service-account.uid"));
                break;
            case "serviceaccounts":
                foreach (var token in manifest.Objects("secrets").Where(t => RandomToken().IsMatch(t.Text("name")!)).ToArray())
                    token.Parent!.AsArray().Remove(token);
                if (manifest.Objects("secrets").FirstOrDefault() is null)
                    manifest.Remove("secrets");
                break;
            case "volumesnapshots.snapshot.storage.k8s.io":
                spec.Object("source")!["volumeSnapshotContentName"] = NameOfContent(
                    spec.Object("source").Text("volumeSnapshotContentName")
                );
                manifest.Object("status")!["boundVolumeSnapshotContentName"] = NameOfContent(
                    manifest.Object("status").Text("boundVolumeSnapshotContentName")
                );
                break;
            case "persistentvolumes" or SnapshotContents:
                annotations?.Remove("pv.kubernetes.io/bound-by-controller");
                foreach (var reference in new[] { spec.Object("claimRef"), spec.Object("volumeSnapshotRef") }.OfType<JsonObject>())
                {
                    reference.Remove("resourceVersion");
                    if (reference.ContainsKey("uid"))
                        reference["uid"] = NameOfUid(reference.Text("uid"));
                }
                break;
            case "endpoints":
                annotations?.Remove("endpoints.kubernetes.io/last-change-trigger-time");
                break;
            case "horizontalpodautoscalers.autoscaling":
                // autoscaling/v1 has its status here.
                annotations?.Remove("autoscaling.alpha.kubernetes.io/conditions");
                annotations?.Remove("autoscaling.alpha.kubernetes.io/current-metrics");
                break;
            case "jobs.batch" when !spec.Flag("manualSelector"):
                spec!.Remove("selector");
                DropJobLabels(manifest.Object("metadata"));
                DropJobLabels(spec.Object("template").Object("metadata"));
                break;
            case "pods":
                DropJobLabels(manifest.Object("metadata"));
                NameTokens(spec!);
                break;
        }
        if (annotations is { Count: 0 })
            manifest.Ensure("metadata").Remove("annotations");
    }

    private static void DropServiceFields(JsonObject manifest, JsonObject spec)
    {
        if (spec.Text("clusterIP") != "None")
            foreach (var field in (string[])["clusterIP", "clusterIPs"])
                spec.Remove(field);
        spec.Remove("healthCheckNodePort");
        if (manifest.Object("metadata").Text("name") != "port-by-user")
            foreach (var port in spec.Objects("ports"))
                port.Remove("nodePort");
    }

    private static void DropJobLabels(JsonObject? metadata)
    {
        foreach (var label in (string[])["controller-uid", "batch.kubernetes.io/controller-uid"])
            metadata.Object("labels")?.Remove(label);
    }

    /// <summary>The account's token: a Secret with a random name before 1.24, a projected volume with a random name since.</summary>
    private static void NameTokens(JsonObject spec)
    {
        foreach (var volume in spec.Objects("volumes"))
        {
            Rename(volume);
            if (volume.Object("secret") is { } secret)
                secret["secretName"] = RandomToken().Replace(secret.Text("secretName")!, "-token-?");
        }
        foreach (var mount in spec.Objects("containers").Concat(spec.Objects("initContainers")).SelectMany(c => c.Objects("volumeMounts")))
            Rename(mount);

        static void Rename(JsonObject named) =>
            named["name"] = RandomAccess().Replace(RandomToken().Replace(named.Text("name")!, "-token-?"), "kube-api-access-?");
    }

    [GeneratedRegex("-token-[a-z0-9]{5}$")]
    private static partial Regex RandomToken();

    [GeneratedRegex("^kube-api-access-[a-z0-9]{5}$")]
    private static partial Regex RandomAccess();
}
