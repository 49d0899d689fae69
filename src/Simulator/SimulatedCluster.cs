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
    private readonly ObjectStore store = new();
    private readonly Denials denials = new();
    private readonly InjectedFaults faults;
    private readonly ClusterObjects content;
    private readonly ControllerLoop controllers;
    private LoopbackServer? server;

    private SimulatedCluster(SimulatorOptions options)
    {
        Token = options.Token;
        faults = new InjectedFaults(store, options.Time);
        content = new ClusterObjects(
            store,
            new Identifiers(options.Time, options.Seed is { } seed ? new Random(seed) : Random.Shared),
            options.Release
        );
        Bootstrap.Seed(content, options.KubeSystemUid);
        controllers = new ControllerLoop(content, options.MakesObjects);
    }

    public Uri Server => server!.Address;

    public string Token { get; }

    /// <summary>The revision of the latest change.</summary>
    public long Revision => store.Revision;

    public static async Task<SimulatedCluster> StartAsync(SimulatorOptions options, CancellationToken cancellation)
    {
        var cluster = new SimulatedCluster(options);
        cluster.server = await LoopbackServer.StartAsync(cluster.Requests(options), cancellation);
        return cluster;
    }

    /// <summary>
    /// Fills it with a small realistic application in the namespaces <c>shop</c> and <c>platform</c>: a definition and a custom resource
    /// with status that owns a Secret, deployments with their replica sets and pods, services, RBAC, secrets, a bound volume and more.
    /// Returns once the controllers have settled.
    /// </summary>
    public async Task SeedSampleApplicationAsync(CancellationToken cancellation)
    {
        SampleApplication.Seed(content);
        await SettleAsync(cancellation);
    }

    /// <summary>
    /// Fills it with <paramref name="objects"/> small objects of mixed kinds, the same at every call, over namespaces named
    /// <c>synthetic-0000</c> and so on.
    /// </summary>
    public async Task SeedSyntheticAsync(int objects, int namespaces, CancellationToken cancellation)
    {
        SyntheticObjects.Seed(content, objects, namespaces);
        await SettleAsync(cancellation);
    }

    /// <summary>
    /// Drops everything older than the current revision: exact lists, continue tokens and watches from before answer 410.
    /// </summary>
    public void Compact() => store.Compact();

    /// <summary>Returns once the controllers have handled all changes so far.</summary>
    public Task SettleAsync(CancellationToken cancellation) => controllers.SettleAsync(cancellation);

    /// <summary>Makes matching requests fail until the returned fault is disposed.</summary>
    public InjectedFault Inject(Fault fault) => faults.Add(fault);

    /// <summary>Denies a type: requests get 403, and access reviews "not allowed".</summary>
    /// <param name="groupResource"><c>secrets</c>, <c>deployments.apps</c>.</param>
    /// <param name="verbs">None: all.</param>
    public void Deny(string groupResource, params string[] verbs) => denials.Add(groupResource, verbs);

    public void Allow(string groupResource) => denials.Remove(groupResource);

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
        if (server is not null)
            await server.DisposeAsync();
        await controllers.DisposeAsync();
    }

    private ApiServer Requests(SimulatorOptions options)
    {
        var lists = new ListRequests(store);
        return new ApiServer(
            store,
            content.Types,
            new DiscoveryDocuments(content.Types, options.ServerVersion),
            lists,
            new WatchRequests(store, options.Time, options.BookmarkInterval),
            new WriteRequests(content.Writer, content.Deleter, lists),
            denials,
            faults,
            options.Token,
            options.AllowsAnonymous
        );
    }
}
