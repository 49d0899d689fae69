using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>Gives each Deployment a ReplicaSet for its current pod template, immediately and without a rolling update.</summary>
internal sealed class Deployments(ClusterObjects objects, OwnerIndex owners)
    : OwningController(objects, owners, objects.Types.Get("apps", "deployments"), objects.Types.Get("apps", "replicasets"))
{
    private const string HashLabel = "pod-template-hash";
    private const string HashAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    protected override void Sync(StoredVersion parent, JsonObject content, StoredVersion[] children)
    {
        if (content["spec"]?["template"] is not JsonObject template)
            return;
        var name = $"{parent.Name}-{HashOf(template)}";
        foreach (var child in children)
            Scale(child, child.Name == name ? Replicas(content) : 0);
        if (!children.Any(child => child.Name == name))
            CreateChild(parent, ReplicaSet(name, content, template, children.Length + 1));
        var ready = children.Sum(child => (int?)StoredContent.Decode(child)["status"]?["readyReplicas"] ?? 0);
        ReportStatus(parent, status => Report(status, ready));
    }

    private void Report(JsonObject status, int ready)
    {
        foreach (var field in (ReadOnlySpan<string>)["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"])
            status[field] = ready;
        var since = (string?)status["conditions"]?[0]?["lastTransitionTime"] ?? Objects.Identifiers.Now();
        status["conditions"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "Available",
                ["status"] = "True",
                ["lastTransitionTime"] = since,
                ["lastUpdateTime"] = since,
                ["reason"] = "MinimumReplicasAvailable",
                ["message"] = "Deployment has minimum availability.",
            }
        );
    }

    private void Scale(StoredVersion child, int replicas)
    {
        if (Replicas(StoredContent.Decode(child)) != replicas)
            Change(new ObjectPath(ChildType, child.Namespace, child.Name), content => content["spec"]!["replicas"] = replicas);
    }

    private static JsonObject ReplicaSet(string name, JsonObject deployment, JsonObject template, int revision)
    {
        var hash = name[(name.LastIndexOf('-') + 1)..];
        var pod = template.DeepClone().AsObject();
        var metadata = ObjectRules.MetadataOf(pod);
        var labels = metadata["labels"]?.DeepClone().AsObject() ?? [];
        labels[HashLabel] = hash;
        metadata["labels"] = labels;
        var selector = deployment["spec"]!["selector"]?.DeepClone().AsObject() ?? [];
        if (selector["matchLabels"] is JsonObject match)
            match[HashLabel] = hash;
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = labels.DeepClone(),
                ["annotations"] = new JsonObject { ["deployment.kubernetes.io/revision"] = revision.ToString() },
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = Replicas(deployment),
                ["selector"] = selector,
                ["template"] = pod,
            },
        };
    }

    private static string HashOf(JsonObject template)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(template.ToJsonString()));
        return string.Create(
            10,
            digest,
            static (text, bytes) =>
            {
                for (var i = 0; i < text.Length; i++)
                    text[i] = HashAlphabet[bytes[i] % HashAlphabet.Length];
            }
        );
    }
}
