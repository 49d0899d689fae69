using Holdfast.Simulator.Controllers;
using Holdfast.Simulator.Faults;
using Holdfast.Simulator.Hosting;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Requests;
using Holdfast.Simulator.Seeding;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator;

/// <summary>
/// An API server in memory on a loopback port, for the demo and for tests at scale and with faults. What it leaves out is listed in
/// docs/simulator.md. Thread-safe.
/// </summary>
public sealed class SimulatedCluster : IAsyncDisposable
{
    private readonly ObjectStore _store = new();
    private readonly Denials _denials = new();
    private readonly InjectedFaults _faults;
    private readonly ClusterObjects _objects;
    private readonly ControllerLoop _controllers;
    private LoopbackServer? _server;

    private SimulatedCluster(SimulatorOptions options)
    {
        Token = options.Token;
        _faults = new InjectedFaults(_store, options.Time);
        _objects = new ClusterObjects(_store, new Identifiers(options.Time, options.Seed is { } seed ? new Random(seed) : Random.Shared));
        Bootstrap.Seed(_objects, options.KubeSystemUid);
        _controllers = new ControllerLoop(_objects);
    }

    public Uri Server => _server!.Address;

    public string Token { get; }

    /// <summary>The revision of the last change.</summary>
    public long Revision => _store.Revision;

    public static async Task<SimulatedCluster> StartAsync(SimulatorOptions options, CancellationToken cancellation)
    {
        var cluster = new SimulatedCluster(options);
        cluster._server = await LoopbackServer.StartAsync(cluster.Requests(options), cancellation);
        return cluster;
    }

    /// <summary>
    /// Fills it with a small realistic application in the namespaces <c>shop</c> and <c>platform</c>: a definition and a custom resource
    /// with status that owns a Secret, deployments with their replica sets and pods, services, RBAC, secrets, a bound volume and more.
    /// Returns once the controllers have settled.
    /// </summary>
    public async Task SeedSampleApplicationAsync(CancellationToken cancellation)
    {
        SampleApplication.Seed(_objects);
        await SettleAsync(cancellation);
    }

    /// <summary>
    /// Fills it with <paramref name="objects"/> small objects of mixed kinds, the same at every call, over namespaces named
    /// <c>synthetic-0000</c> and so on.
    /// </summary>
    public async Task SeedSyntheticAsync(int objects, int namespaces, CancellationToken cancellation)
    {
        SyntheticObjects.Seed(_objects, objects, namespaces);
        await SettleAsync(cancellation);
    }

    /// <summary>Forgets what is older than the present revision: exact lists, continue tokens and watches from before answer 410.</summary>
    public void Compact() => _store.Compact();

    /// <summary>Returns once the controllers have nothing left to do about what has happened until now.</summary>
    public Task SettleAsync(CancellationToken cancellation) => _controllers.SettleAsync(cancellation);

    /// <summary>Requests that match go wrong until the answer is disposed.</summary>
    public InjectedFault Inject(Fault fault) => _faults.Add(fault);

    /// <summary>Answers 403 on a type, and no to access reviews of it.</summary>
    /// <param name="groupResource"><c>secrets</c>, <c>deployments.apps</c>.</param>
    /// <param name="verbs">None: all.</param>
    public void Deny(string groupResource, params string[] verbs) => _denials.Add(groupResource, verbs);

    public void Allow(string groupResource) => _denials.Remove(groupResource);

    /// <summary>A kubeconfig document for this cluster.</summary>
    public string Kubeconfig() =>
        $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: simulator
              cluster:
                server: {Server}
            users:
            - name: admin
              user:
                token: {Token}
            contexts:
            - name: simulator
              context:
                cluster: simulator
                user: admin
            current-context: simulator

            """;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        await _controllers.DisposeAsync();
    }

    private ApiServer Requests(SimulatorOptions options)
    {
        var lists = new ListRequests(_store);
        return new ApiServer(
            _store,
            _objects.Types,
            new DiscoveryDocuments(_objects.Types, options.ServerVersion),
            lists,
            new WatchRequests(_store, options.Time, options.BookmarkInterval),
            new WriteRequests(_objects.Writer, _objects.Deleter, lists),
            _denials,
            _faults,
            options
        );
    }
}
