using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>Gives every active namespace the service account <c>default</c> and the configmap <c>kube-root-ca.crt</c>.</summary>
internal sealed class NamespaceContents(ClusterObjects objects) : Controller(objects)
{
    private const string Certificate = "-----BEGIN CERTIFICATE-----\nc2ltdWxhdGVk\n-----END CERTIFICATE-----\n";

    private readonly HashSet<string> incomplete = [];

    public override void Observe(StoredVersion change)
    {
        if (change.Table == Objects.Types.Namespaces.Table)
        {
            if (change is { IsDeletion: false, IsTerminating: false })
                incomplete.Add(change.Name);
        }
        else if (
            change.IsDeletion
            && (change.Table.GroupResource, change.Name) is ("serviceaccounts", "default") or ("configmaps", "kube-root-ca.crt")
        )
        {
            incomplete.Add(change.Namespace!);
        }
    }

    public override void Act()
    {
        foreach (var ns in incomplete)
        {
            Ensure("ServiceAccount", ns, "default", []);
            Ensure("ConfigMap", ns, "kube-root-ca.crt", new JsonObject { ["data"] = new JsonObject { ["ca.crt"] = Certificate } });
        }
        incomplete.Clear();
    }

    private void Ensure(string kind, string ns, string name, JsonObject content)
    {
        content["metadata"] = new JsonObject { ["name"] = name };
        var type = Objects.Types.FindKind("v1", kind)!;
        if (Objects.Find(type, ns, name) is null)
            Try(() => Objects.Writer.Create(type, ns, content, new WriteContext(Manager)));
    }
}
