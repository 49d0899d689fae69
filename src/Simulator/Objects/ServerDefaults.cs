using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Objects;

/// <summary>
/// The few server defaults that clients depend on, by kind.
/// </summary>
internal sealed class ServerDefaults(Identifiers identifiers)
{
    public void FillNew(ServedType type, JsonObject content)
    {
        switch (type.GroupResource)
        {
            case "namespaces":
                content["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
                content["status"] = new JsonObject { ["phase"] = "Active" };
                break;
            case "pods" or "persistentvolumeclaims":
                content["status"] = new JsonObject { ["phase"] = "Pending" };
                break;
            case "persistentvolumes":
                content["status"] = new JsonObject { ["phase"] = "Available" };
                break;
            case "services":
                AssignAddress(content);
                break;
            case "customresourcedefinitions.apiextensions.k8s.io":
                CustomDefinition.Accept(type, content, identifiers.Now());
                break;
        }
        if (ProtectionFinalizer(type) is { } finalizer)
            AddFinalizer(content["metadata"]!.AsObject(), finalizer);
        Fill(type, content);
    }

    /// <summary>The finalizer that keeps a deleted object while it is in use; null for most types.</summary>
    public static string? ProtectionFinalizer(ServedType type) =>
        type.GroupResource switch
        {
            "persistentvolumeclaims" => "kubernetes.io/pvc-protection",
            "persistentvolumes" => "kubernetes.io/pv-protection",
            "customresourcedefinitions.apiextensions.k8s.io" => CustomDefinition.CleanupFinalizer,
            _ => null,
        };

    /// <summary>Defaults that are set on every write.</summary>
    public static void Fill(ServedType type, JsonObject content)
    {
        if (type.GroupResource == "namespaces")
        {
            var metadata = content["metadata"]!.AsObject();
            if (metadata["labels"] is not JsonObject labels)
                metadata["labels"] = labels = [];
            labels["kubernetes.io/metadata.name"] = (string)metadata["name"]!;
        }
        else if (type.GroupResource == "secrets")
        {
            EncodeStrings(content);
            content["type"] ??= "Opaque";
        }
        else if (type.GroupResource == "customresourcedefinitions.apiextensions.k8s.io")
        {
            CustomDefinition.RememberStoredVersion(content);
        }
    }

    private static void AddFinalizer(JsonObject metadata, string finalizer) =>
        metadata["finalizers"] = new JsonArray([.. ObjectRules.Finalizers(metadata).Union([finalizer]).Select(f => JsonValue.Create(f))]);

    private static void EncodeStrings(JsonObject secret)
    {
        if (secret["stringData"] is not JsonObject strings)
            return;
        if (secret["data"] is not JsonObject data)
            secret["data"] = data = [];
        foreach (var (key, value) in strings)
            data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes((string)value!));
        secret.Remove("stringData");
    }

    private void AssignAddress(JsonObject service)
    {
        if (service["spec"] is not JsonObject spec)
            service["spec"] = spec = [];
        spec["type"] ??= "ClusterIP";
        if ((string?)spec["type"] != "ExternalName" && (string?)spec["clusterIP"] is null or "")
            spec["clusterIP"] = $"10.{96 + identifiers.Next(16)}.{identifiers.Next(256)}.{1 + identifiers.Next(254)}";
        if ((string?)spec["clusterIP"] is { } address)
            spec["clusterIPs"] = new JsonArray(address);
        service["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
    }
}
