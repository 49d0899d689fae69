using k8s;
using k8s.Models;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>
/// The objects of <c>manifests/</c> as KubernetesClient's models read them from the server: no line of Holdfast's reading, comparing or
/// archive has a part in it. Kinds and versions that every server from 1.20 on has; what a server or a controller sets is left out, and so
/// is what the rules bring back otherwise (see <see cref="EveryKindTests"/>).
/// </summary>
internal sealed class TypedReads(string kubeconfig) : IDisposable
{
    /// <summary>How many kinds are read.</summary>
    public const int Kinds = 25;

    private readonly Kubernetes client = new(KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig));
    private readonly SortedDictionary<string, string> objects = new(StringComparer.Ordinal);

    public void Dispose() => client.Dispose();

    /// <summary>The essential fields of each object, by <c>Kind namespace/name</c>.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadAsync()
    {
        objects.Clear();
        foreach (var ns in (string[])["shop", "platform"])
        {
            await ReadConfigurationAsync(ns);
            await ReadAccessAsync(ns);
            await ReadWorkloadsAsync(ns);
            await ReadNetworkAsync(ns);
        }
        await ReadVolumesAsync();
        await ReadClusterAsync();
        return new Dictionary<string, string>(objects);
    }

    /// <summary>A line for each object that isn't the same in both.</summary>
    public static IReadOnlyList<string> Differences(
        IReadOnlyDictionary<string, string> before,
        IReadOnlyDictionary<string, string> after
    ) =>
        [
            .. before
                .Keys.Union(after.Keys)
                .Where(k => before.GetValueOrDefault(k) != after.GetValueOrDefault(k))
                .Select(k => $"{k}: {before.GetValueOrDefault(k)} became {after.GetValueOrDefault(k)}"),
        ];

    private async Task ReadConfigurationAsync(string ns)
    {
        var maps = (await client.CoreV1.ListNamespacedConfigMapAsync(ns)).Items.Where(c => c.Name() != "kube-root-ca.crt");
        Add(
            maps,
            c => new
            {
                c.Data,
                c.BinaryData,
                c.Immutable,
            }
        );
        var secrets = (await client.CoreV1.ListNamespacedSecretAsync(ns)).Items.Where(s => s.Type != "kubernetes.io/service-account-token");
        Add(
            secrets,
            s => new
            {
                s.Type,
                s.Data,
                s.Immutable,
            }
        );
        Add((await client.CoreV1.ListNamespacedLimitRangeAsync(ns)).Items, l => l.Spec);
        Add((await client.CoreV1.ListNamespacedResourceQuotaAsync(ns)).Items, q => q.Spec);
    }

    private async Task ReadAccessAsync(string ns)
    {
        var accounts = (await client.CoreV1.ListNamespacedServiceAccountAsync(ns)).Items;
        Add(accounts, a => new { a.ImagePullSecrets, a.AutomountServiceAccountToken });
        Add((await client.RbacAuthorizationV1.ListNamespacedRoleAsync(ns)).Items, r => r.Rules);
        Add((await client.RbacAuthorizationV1.ListNamespacedRoleBindingAsync(ns)).Items, b => new { b.RoleRef, b.Subjects });
    }

    private async Task ReadWorkloadsAsync(string ns)
    {
        Add((await client.AppsV1.ListNamespacedDeploymentAsync(ns)).Items, d => d.Spec);
        Add((await client.AppsV1.ListNamespacedReplicaSetAsync(ns)).Items, s => s.Spec);
        Add((await client.AppsV1.ListNamespacedStatefulSetAsync(ns)).Items, s => s.Spec);
        Add((await client.AppsV1.ListNamespacedDaemonSetAsync(ns)).Items, d => d.Spec);
        // Selectors and their labels hold the job's uid.
        var jobs = (await client.BatchV1.ListNamespacedJobAsync(ns)).Items.Where(j => j.Name() != "finished");
        Add(
            jobs,
            j => new
            {
                j.Spec.BackoffLimit,
                j.Spec.ManualSelector,
                j.Spec.Template.Spec,
            }
        );
    }

    private async Task ReadNetworkAsync(string ns)
    {
        Add(
            (await client.CoreV1.ListNamespacedServiceAsync(ns)).Items,
            s => new
            {
                s.Spec.Type,
                s.Spec.Selector,
                s.Spec.ExternalName,
                s.Spec.ExternalTrafficPolicy,
                s.Spec.PublishNotReadyAddresses,
                IsHeadless = s.Spec.ClusterIP == "None",
                Ports = s.Spec.Ports?.Select(p => new
                {
                    p.Name,
                    p.Port,
                    p.TargetPort,
                    p.Protocol,
                }),
                NodePorts = s.Name() == "port-by-user" ? s.Spec.Ports?.Select(p => p.NodePort) : null,
            }
        );
        Add((await client.NetworkingV1.ListNamespacedIngressAsync(ns)).Items, i => i.Spec);
        Add((await client.NetworkingV1.ListNamespacedNetworkPolicyAsync(ns)).Items, p => p.Spec);
    }

    private async Task ReadVolumesAsync()
    {
        var claims = (await client.CoreV1.ListNamespacedPersistentVolumeClaimAsync("shop")).Items.Where(c => c.Name() != "scratch");
        Add(claims, c => new { c.Spec, c.Status.Phase });
        Add(
            [await client.CoreV1.ReadPersistentVolumeAsync("archive-disk")],
            v => new
            {
                v.Spec.Capacity,
                v.Spec.Csi,
                v.Spec.PersistentVolumeReclaimPolicy,
                v.Spec.StorageClassName,
                Claim = $"{v.Spec.ClaimRef?.NamespaceProperty}/{v.Spec.ClaimRef?.Name}",
                v.Status.Phase,
            }
        );
        var slow = await client.StorageV1.ReadStorageClassAsync("slow");
        Add(
            [slow],
            c => new
            {
                c.Provisioner,
                c.Parameters,
                c.ReclaimPolicy,
                c.VolumeBindingMode,
                c.AllowVolumeExpansion,
            }
        );
    }

    private async Task ReadClusterAsync()
    {
        Add([await client.CoreV1.ReadNamespaceAsync("shop"), await client.CoreV1.ReadNamespaceAsync("platform")], n => n.Status.Phase);
        // relics.old.example.com comes back without preserveUnknownFields.
        var definitions = (await client.ApiextensionsV1.ListCustomResourceDefinitionAsync()).Items;
        Add(definitions.Where(d => d.Name() != "relics.old.example.com"), d => d.Spec);
        Add(
            [await client.SchedulingV1.ReadPriorityClassAsync("shop-critical")],
            c => new
            {
                c.Value,
                c.PreemptionPolicy,
                c.Description,
            }
        );
        foreach (var role in (string[])["widget-reader", "shop-everything"])
            Add([await client.RbacAuthorizationV1.ReadClusterRoleAsync(role)], r => new { r.Rules, r.AggregationRule });
        Add([await client.RbacAuthorizationV1.ReadClusterRoleBindingAsync("shop-reads-widgets")], b => new { b.RoleRef, b.Subjects });
        Add([await client.AdmissionregistrationV1.ReadValidatingWebhookConfigurationAsync("shop-checks")], w => w.Webhooks);
        Add([await client.AdmissionregistrationV1.ReadMutatingWebhookConfigurationAsync("shop-defaults")], w => w.Webhooks);
    }

    private void Add<T>(IEnumerable<T> read, Func<T, object?> essentials)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        foreach (var item in read)
        {
            var text = KubernetesJson.Serialize(new { Metadata = Essentials(item.Metadata), Rest = essentials(item) });
            objects.Add($"{typeof(T).Name["V1".Length..]} {item.Namespace()}/{item.Name()}", text);
        }
    }

    /// <summary>Owners by kind and name: their uids are new.</summary>
    private static object Essentials(V1ObjectMeta metadata) =>
        new
        {
            Labels = Without(metadata.Labels, key => key.EndsWith("controller-uid", StringComparison.Ordinal)),
            Annotations = Without(metadata.Annotations, key => key == "pv.kubernetes.io/bound-by-controller"),
            metadata.Finalizers,
            Owners = metadata.OwnerReferences?.Select(o => new
            {
                o.ApiVersion,
                o.Kind,
                o.Name,
                o.Controller,
                o.BlockOwnerDeletion,
            }),
        };

    private static Dictionary<string, string> Without(IDictionary<string, string>? entries, Predicate<string> setByController) =>
        (entries ?? new Dictionary<string, string>()).Where(e => !setByController(e.Key)).ToDictionary();
}
