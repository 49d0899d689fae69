using System.Collections.Immutable;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Holdfast.Archive.Format;
using Holdfast.AzureCloud.Resources;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.TestKit.Arm;
using Holdfast.TestKit.Arm.Disks;
using Holdfast.TestKit.Stores;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Transfers;

namespace Holdfast.AzureCloud.Tests.Disks;

/// <summary>A subscription with a disk, over the test server, without waiting.</summary>
internal sealed class DiskCloud : IAsyncDisposable
{
    public const string Subscription = "11111111-2222-3333-4444-555555555555";
    public static readonly DateTimeOffset Start = new(2026, 11, 30, 2, 0, 0, TimeSpan.Zero);

    private DiskCloud(ArmServer server, SettableTime time)
    {
        (Server, Time) = (server, time);
        server.Operations.RetryAfter = TimeSpan.Zero;
        (Disks, Snapshots) = DiskStore.AddTo(server);
        Accounts = server.Add(new StorageAccounts());
        Group = server.AddGroup(Subscription, "nodes", "westeurope");
        DrGroup = server.AddGroup(Subscription, "dr", "northeurope");
        Disk = Disks.Add(Group, "pvc-1", "westeurope", gigabytes: 1, zone: "1");
    }

    public ArmServer Server { get; }
    public SettableTime Time { get; }
    public ManagedDisks Disks { get; }
    public DiskSnapshots Snapshots { get; }
    public StorageAccounts Accounts { get; }
    public string Group { get; }
    public string DrGroup { get; }

    /// <summary>A gigabyte, in zone 1 of westeurope.</summary>
    public string Disk { get; }

    public static async Task<DiskCloud> StartAsync()
    {
        var time = new SettableTime(Start);
        return new(await ArmServer.StartAsync(time), time);
    }

    public ResourceClient Client() => new(Time, Server.Url, new AnyIdentity(), new HttpClientTransport(Server.Handler()));

    /// <summary>Reads and writes the content of disks.</summary>
    public BlobClientOptions Access() => new() { Transport = new HttpClientTransport(Server.Handler()), Retry = { MaxRetries = 0 } };

    public DiskContent Content(string id) => Disks.Store.ContentOf(id);

    public static VolumeRecord Volume(string disk) =>
        new()
        {
            Namespace = "shop",
            Claim = "data",
            Volume = "pvc-1",
            Driver = "disk.csi.azure.com",
            Handle = disk,
            Mode = VolumeMode.Filesystem,
            Protection = VolumeProtection.None,
        };

    /// <summary>A snapshot of the disk that was cut by a run's capture.</summary>
    public async Task<TransferSubject> CutAsync(string run, CloudVolumes cloud, int number = 0)
    {
        var disks = new AzureCloud.Disks.AzureDisks(Client());
        var order = new DiskSnapshotOrder(Disk, null, DiskTags.NameOf(run, number), ImmutableSortedDictionary<string, string>.Empty);
        while (await disks.CutAsync(order, default) is { CutAt: null }) { }
        return Subject(run, cloud, number, disks.HandleOf(order));
    }

    public TransferSubject Subject(string run, CloudVolumes cloud, int number, string? handle)
    {
        var volume = new PlannedVolume
        {
            Record = Volume(Disk),
            Class = "disks",
            Number = number,
            Batch = 0,
        };
        var plan = new VolumePlan { Volumes = [volume], Cloud = cloud };
        return new(
            run,
            ClusterName.Parse("prod"),
            Connection(),
            plan,
            volume,
            new(number)
            {
                Handle = handle,
                CutAt = Start,
                IsReady = true,
            }
        );
    }

    public CloudVolumes Copies(string? group = null) =>
        new() { Copies = [new VolumeCopyPlace("northeurope", AzureGroupId.TryParse(group ?? DrGroup, out var id) ? id : null)] };

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>Never asked by transfers of disks.</summary>
    private static ClusterConnection Connection() => null!;

    internal sealed class AnyIdentity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("token", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
