using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Resources;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Registration;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.ManagedClusters;

/// <summary>
/// AKS: reads what a cluster runs on, and makes clusters like it. A cluster that it makes carries the tag <see cref="OriginTag"/>, by which
/// it is known again; a cluster without it is never touched. Thread-safe.
/// </summary>
public sealed class AksClusters(ResourceClient azure, TimeProvider time) : IClusterProvider
{
    public const string ProviderName = "aks";

    /// <summary>Its value: the cluster and the point that the new one was made for.</summary>
    public const string OriginTag = "holdfast-restore";

    private readonly AksInfrastructure infrastructure = new(azure, time);

    public string Name => ProviderName;

    /// <inheritdoc cref="InfrastructureReader"/>
    public Task<InfrastructureReading?> ReadAsync(ClusterRegistration cluster, CancellationToken cancellation) =>
        infrastructure.ReadAsync(cluster, cancellation);

    public async Task<NewClusterPlan> PlanAsync(
        NewClusterRequest request,
        InfrastructureProfile? profile,
        ClusterOrigin origin,
        CancellationToken cancellation
    )
    {
        var place = AksPlace.Of(request, profile);
        var there = await azure.FindAsync(place.Id.ToString(), AksApi.Version, cancellation);
        if (there is not null)
            RequireOwn(place.Id, there, origin.ToString());
        var (version, choice) = await VersionAsync(request, profile!, place, cancellation);
        var made = AksBody.Of(profile!, request, place.Region, version, origin.ToString());
        if (made.Problems.Count > 0)
            throw new NewClusterException($"the cluster '{request.Name}' can't be made in {place.Region}", made.Problems);
        return new()
        {
            Provider = ProviderName,
            Name = request.Name,
            ResourceId = place.Id.ToString(),
            Region = place.Region,
            KubernetesVersion = version,
            Exists = there is not null,
            Nodes = Math.Max(1, made.Nodes),
            Origin = origin.ToString(),
            Notes = [.. choice, .. made.Notes],
            Body = made.Body.ToElement(),
        };
    }

    public async Task CreateAsync(NewClusterPlan plan, CancellationToken cancellation)
    {
        var id = AzureResourceId.Parse(plan.ResourceId!);
        if (await azure.FindAsync(id.ToString(), AksApi.Version, cancellation) is { } there)
        {
            RequireOwn(id, there, plan.Origin);
            if (StageOf(there) is not NewClusterStage.Failed)
                return;
        }
        else if (await azure.FindAsync(id.GroupPath, AksApi.GroupVersion, cancellation) is null)
        {
            var group = new JsonObject
            {
                ["location"] = plan.Region,
                ["tags"] = new JsonObject { [OriginTag] = plan.Origin },
            };
            await azure.PutAsync(id.GroupPath, AksApi.GroupVersion, group, cancellation);
        }
        await azure.PutAsync(id.ToString(), AksApi.Version, plan.Body!.Value.ToObject(), cancellation);
    }

    public async Task<NewClusterState> LookAsync(NewClusterPlan plan, CancellationToken cancellation)
    {
        var there = await azure.FindAsync(plan.ResourceId!, AksApi.Version, cancellation);
        if (there is null || OriginOf(there) != plan.Origin)
            return new(NewClusterStage.Absent);
        var stage = StageOf(there);
        return new(stage, stage == NewClusterStage.Failed ? FaultOf(there) : StateOf(there));
    }

    public ClusterRegistration RegistrationOf(NewClusterPlan plan) =>
        new()
        {
            Name = plan.Name,
            Azure = new() { ResourceId = AzureResourceId.Parse(plan.ResourceId!) },
            Authentication = new() { Aks = new() },
        };

    private async Task<(string Version, string[] Notes)> VersionAsync(
        NewClusterRequest request,
        InfrastructureProfile profile,
        AksPlace place,
        CancellationToken cancellation
    )
    {
        var path =
            $"/subscriptions/{place.Id.Subscription}/providers/Microsoft.ContainerService/locations/{place.Region}/kubernetesVersions";
        var offered = KubernetesVersions.Of(await azure.FindAsync(path, AksApi.Version, cancellation) ?? [], IsLongTerm(profile));
        if (offered.IsEmpty)
            throw new NewClusterException(
                $"no cluster can be made in {place.Region}",
                ["Azure offers no version of Kubernetes there: check that AKS is in the region, or choose another"]
            );
        if (request.KubernetesVersion is { } asked)
            return offered.Asked(asked) is { } exact
                ? (exact, [])
                : throw new NewClusterException(
                    $"Kubernetes {asked} can't be had in {place.Region}",
                    [$"it offers {offered}; leave the version out for the nearest"]
                );
        var nearest =
            offered.Nearest(profile.KubernetesVersion)
            ?? throw new NewClusterException(
                $"the profile's version of Kubernetes, '{profile.KubernetesVersion}', can't be read",
                [$"name one; {place.Region} offers {offered}"]
            );
        return nearest == profile.KubernetesVersion.TrimStart('v')
            ? (nearest, [])
            : (nearest, [$"Kubernetes {profile.KubernetesVersion} can't be had in {place.Region}: {nearest} is the nearest"]);
    }

    /// <summary>Versions that the community no longer supports can be had, at a price.</summary>
    private static bool IsLongTerm(InfrastructureProfile profile) =>
        profile.Resources.FirstOrDefault(r => r.Type == AksApi.Clusters)?.Model.ToObject().Object("properties")?.Text("supportPlan")
        == "AKSLongTermSupport";

    private static void RequireOwn(AzureResourceId id, JsonObject there, string origin)
    {
        if (OriginOf(there) != origin)
            throw new NewClusterException(
                $"there is a cluster {id} already",
                [
                    $"it wasn't made for {origin}: choose another name or resource group. To restore into it, register it and name it as "
                        + "the target",
                ]
            );
    }

    private static string? OriginOf(JsonObject model) => model.Object("tags")?.Text(OriginTag);

    private static string StateOf(JsonObject model) => model.Object("properties")?.Text("provisioningState") ?? "without a state";

    private static NewClusterStage StageOf(JsonObject model) =>
        StateOf(model) switch
        {
            "Succeeded" => NewClusterStage.Ready,
            "Failed" or "Canceled" => NewClusterStage.Failed,
            _ => NewClusterStage.Creating,
        };

    /// <summary>Of the cluster, or of the first pool that has one.</summary>
    private static string FaultOf(JsonObject model)
    {
        var properties = model.Object("properties") ?? [];
        var error =
            properties.Object("status")?.Object("provisioningError")
            ?? properties
                .Objects("agentPoolProfiles")
                .Select(p => p.Object("status")?.Object("provisioningError"))
                .FirstOrDefault(e => e is not null);
        if (error is null)
            return $"it is {StateOf(model)}, and Azure gives no reason; the activity log of {model.Text("id")} may have one";
        var (code, said) = (error.Text("code") ?? "", error.Text("message") ?? "");
        return $"{code}: {said}{ResourceFaults.AdviceOf(code)}";
    }
}
