using System.Collections.Immutable;
using System.Text.Json;
using Azure.Core.Pipeline;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.ManagedClusters;
using Holdfast.AzureCloud.Resources;
using Holdfast.AzureCloud.Tests.Disks;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Registration;
using Holdfast.TestKit.Arm.Kubernetes;

namespace Holdfast.AzureCloud.Tests.ManagedClusters;

/// <summary>Azure with an AKS cluster in production, and what is done to it.</summary>
internal sealed class AksCloud : IAsyncDisposable
{
    public static readonly ClusterOrigin Origin = new(ClusterName.Parse("prod"), PointOf("20261122T053000Z-abcdef"));

    private AksCloud(SampleAks sample)
    {
        Sample = sample;
        Client = new(TimeProvider.System, sample.Server.Url, new DiskCloud.AnyIdentity(), new HttpClientTransport(sample.Server.Handler()));
        Aks = new(Client, TimeProvider.System);
    }

    public SampleAks Sample { get; }
    public ResourceClient Client { get; }
    public AksClusters Aks { get; }

    public static ClusterRegistration Registered { get; } =
        new()
        {
            Name = ClusterName.Parse("prod"),
            Azure = new() { ResourceId = AzureResourceId.Parse(SampleAks.Id) },
            Authentication = new() { Aks = new() },
        };

    /// <summary>In another region, where everything that was used is mapped.</summary>
    public static NewClusterRequest Elsewhere { get; } =
        new()
        {
            Name = ClusterName.Parse("prod-dr"),
            Region = "northeurope",
            ResourceGroup = "dr",
            Resources = ImmutableSortedDictionary<string, string>.Empty.Add(
                SampleAks.Network,
                $"/subscriptions/{SampleAks.Subscription}/resourceGroups/dr/providers/Microsoft.Network/virtualNetworks/dr"
            ),
        };

    public static async Task<AksCloud> StartAsync(string version = "1.33.1") => new(await SampleAks.StartAsync(version: version));

    public async Task<InfrastructureProfile> ProfileAsync() => (await Aks.ReadAsync(Registered, default))!.Profile;

    public async Task<NewClusterPlan> PlanAsync(NewClusterRequest? request = null) =>
        await Aks.PlanAsync(request ?? Elsewhere, await ProfileAsync(), Origin, default);

    /// <summary>The same cluster, made for something else.</summary>
    public static JsonElement OtherBody(NewClusterPlan plan) =>
        JsonSerializer.Deserialize<JsonElement>(
            plan.Body!.Value.GetRawText().Replace(Origin.ToString(), "other/point", StringComparison.Ordinal)
        );

    public ValueTask DisposeAsync() => Sample.Server.DisposeAsync();

    private static PointId PointOf(string text) => PointId.TryParse(text, out var id) ? id : throw new FormatException(text);
}
