using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Inline;
using Holdfast.Orchestrations.Retaining;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;
using Holdfast.Volumes.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>Runs of the product with an account's rights, as the command line runs them. Each account has points of its own.</summary>
internal sealed class AccountRuns(RoleAccount account, ClusterConnection connection, FileStorage files)
{
    private static uint runs;

    private readonly SettableTime time = new(TimeProvider.System.GetUtcNow());
    private MemoryStore? vault;

    public ClusterName Cluster { get; } = ClusterName.Parse(account.Name);

    /// <param name="of">Whose points are read and written; null: its own.</param>
    public AccountRuns With(AccountRuns of)
    {
        vault = of.Vault;
        return this;
    }

    private MemoryStore Vault => vault ??= new MemoryStore(time);

    private RunEnvironment Environment =>
        new((_, _) => Task.FromResult(connection), Vault, new MemoryDocuments(), time)
        {
            Limits = RunLimits.Default with
            {
                Volumes = new()
                {
                    Cut = TimeSpan.FromSeconds(60),
                    Ready = TimeSpan.FromSeconds(30),
                    Pause = TimeSpan.FromMilliseconds(200),
                },
            },
            Files = files,
            Transfers = [new FileTransfer(Vault.Location, files, time)],
        };

    /// <param name="ns">Null: everything.</param>
    public async Task<RunReport> CaptureAsync(string? ns, bool volumes = true, FileExport? export = null)
    {
        var policy = new ProtectionPolicy
        {
            Name = PolicyName.Parse("nightly"),
            Clusters = new() { Names = [Cluster.ToString()] },
            Schedule = new("0 0 * * *"),
            Files = export,
            Retention = new(Last: 1),
        };
        var registration = new ClusterRegistration
        {
            Name = Cluster,
            Endpoint = connection.Server,
            Authentication = new() { TokenFile = new("/var/run/token") },
            FilesPassword = new SecretReference(new("https://acme.vault.azure.net"), "shop-files"),
        };
        var order = new CaptureOrder
        {
            Run = NewRun(),
            Cluster = Cluster,
            RequestedBy = "tests",
            Attempts = 1,
            Request = new()
            {
                Scope = new() { Namespaces = ns is null ? [] : [ns], IncludedResources = ["leases.coordination.k8s.io"] },
                Volumes = volumes ? default : VolumeHandling.None,
                Policy = policy.ToElement(),
                Registration = registration.ToElement(),
            },
        };
        var report = await RunAsync(new(time.Now) { Capture = order });
        time.Now += TimeSpan.FromMinutes(1);
        return report;
    }

    public Task<RunReport> RestoreAsync(RunReport captured, RestoreRequest how) =>
        RunAsync(
            new(time.Now)
            {
                Restore = new()
                {
                    Run = NewRun(),
                    Target = captured.Cluster!.Value,
                    RequestedBy = "tests",
                    Attempts = 1,
                    Request = how with { Cluster = captured.Cluster.Value, Point = captured.Capture!.Point },
                },
            }
        );

    /// <summary>Purges all points but the last, with the data of their volumes.</summary>
    public async Task<PruneResult> PurgeAsync()
    {
        await PruneAsync();
        time.Now += TimeSpan.FromDays(7);
        return await PruneAsync();
    }

    private async Task<PruneResult> PruneAsync()
    {
        var means = new PruneMeans(SealTrust.Anyone, null, time) { Volumes = new VolumeDataRemoval(Environment) };
        var pruning = new VaultPruning(Vault, Cluster, means);
        var plan = await pruning.PlanAsync(facts => PolicyTerms.Of(facts.Policies, null), default);
        return await pruning.ApplyAsync(plan, TimeSpan.FromMinutes(4), default);
    }

    private RunId NewRun() => RunId.New(time.Now, Interlocked.Increment(ref runs));

    private Task<RunReport> RunAsync(StoredOrder order) => InlineRun.RunAsync(Environment, order, NullLoggerFactory.Instance, default);
}
