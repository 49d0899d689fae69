using System.Collections.Concurrent;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Documents;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Connecting;

/// <summary>
/// Opens registered clusters by name, one connection each, which is kept: sockets and tokens are shared by all who work on the cluster. It
/// is replaced when the registration was edited, or its credentials now lead elsewhere; one that was replaced stays usable for half an
/// hour, for work that is still running. Thread-safe; clusters don't wait for one another.
/// </summary>
public sealed class RegisteredClusters : IAsyncDisposable
{
    /// <summary>Longer than any activity may take.</summary>
    private static readonly TimeSpan Retirement = TimeSpan.FromMinutes(30);

    private readonly ControlDocuments documents;
    private readonly RegisteredEndpoints endpoints;
    private readonly TimeProvider time;
    private readonly AnswerLimits limits;
    private readonly ConcurrentDictionary<ClusterName, Slot> slots = [];
    private readonly Queue<(ClusterConnection Connection, DateTimeOffset At)> retired = [];

    /// <param name="control">Where the registrations are.</param>
    /// <param name="access">What registrations may use of this machine.</param>
    /// <param name="cloud">Where the credentials are from that registrations name by Entra ID or Key Vault.</param>
    /// <param name="limits">How much is read of one answer; null: the default.</param>
    public RegisteredClusters(
        IDocumentStore control,
        RegistrationAccess access,
        CloudCredentials cloud,
        TimeProvider time,
        AnswerLimits? limits = null
    )
    {
        documents = new(control);
        endpoints = new(access, cloud, time);
        this.time = time;
        this.limits = limits ?? AnswerLimits.Default;
    }

    /// <summary>
    /// The cluster's connection. The caller doesn't dispose it. Reads the registration each time; asks for credentials at most once in
    /// five minutes, unless the cluster refuses them.
    /// </summary>
    /// <exception cref="RegistrationException">There is no such registration, or it can't be used.</exception>
    /// <exception cref="Holdfast.Clusters.ClusterException">
    /// NotAuthenticated or Unreachable: the credentials can't be had from where the registration says.
    /// </exception>
    /// <exception cref="ControlException">The control container can't be read.</exception>
    public async Task<ClusterConnection> OpenAsync(ClusterName cluster, CancellationToken cancellation)
    {
        DisposeRetired(Retirement);
        var slot = slots.GetOrAdd(cluster, _ => new());
        await slot.Gate.WaitAsync(cancellation);
        try
        {
            if (await documents.ReadClusterAsync(cluster, cancellation) is { } kept)
                return await OpenAsync(slot, kept, cancellation);
            Retire(slot);
            throw new RegistrationException(
                $"No cluster '{cluster}' is registered. Register it (PUT /api/clusters/{cluster}), or correct the name"
            );
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    /// <summary>
    /// Asks for the credentials that a registration leads to, whether or not it is registered here; the cluster isn't asked.
    /// </summary>
    /// <returns>Why they can't be had, for a person; null: they can.</returns>
    public async Task<string?> TryAsync(ClusterRegistration registration, CancellationToken cancellation)
    {
        try
        {
            await endpoints.SourceOf(registration, ControlPaths.Cluster(registration.Name)).GetAsync(cancellation);
            return null;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return e.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in slots.Values)
        {
            await slot.Gate.WaitAsync();
            Retire(slot);
            slot.Gate.Release();
        }
        DisposeRetired(TimeSpan.MinValue);
    }

    private async Task<ClusterConnection> OpenAsync(Slot slot, KeptDocument<ClusterRegistration> kept, CancellationToken cancellation)
    {
        if (slot.Source is null || slot.ETag != kept.ETag)
            (slot.Source, slot.ETag) = (endpoints.SourceOf(Valid(kept), kept.Path), kept.ETag);
        var endpoint = await slot.Source.GetAsync(cancellation);
        if (slot.Connection is { } connection && ReferenceEquals(slot.Endpoint, endpoint))
            return connection;
        Retire(slot);
        slot.Endpoint = endpoint;
        return slot.Connection = new(endpoint with { Limits = limits }, time);
    }

    private static ClusterRegistration Valid(KeptDocument<ClusterRegistration> kept) =>
        kept.Document
        ?? throw new RegistrationException(
            $"The registration {kept.Path} can't be used; correct it (PUT /api/clusters/{kept.Name}):\n  "
                + $"{string.Join("\n  ", kept.Problems)}"
        );

    private void Retire(Slot slot)
    {
        if (slot.Connection is { } connection)
        {
            lock (retired)
                retired.Enqueue((connection, time.GetUtcNow()));
        }
        (slot.Connection, slot.Endpoint) = (null, null);
    }

    private void DisposeRetired(TimeSpan age)
    {
        lock (retired)
        {
            while (retired.TryPeek(out var oldest) && time.GetUtcNow() - oldest.At >= age)
                retired.Dequeue().Connection.Dispose();
        }
    }

    /// <summary>What is kept of one cluster; changed by who holds the gate.</summary>
    private sealed class Slot
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);
        public string? ETag { get; set; }
        public IEndpointSource? Source { get; set; }
        public ClusterEndpoint? Endpoint { get; set; }
        public ClusterConnection? Connection { get; set; }
    }
}
