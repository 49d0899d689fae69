using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Listing;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Manifests;
using Holdfast.Restore.Volumes;
using Holdfast.Volumes.Files;

namespace Holdfast.Restore.Applying;

/// <summary>The movers' Jobs of one restore, as the point's policy and registration have them. Thread-safe.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never taken holds nothing to dispose.")]
internal sealed class FileMovers
{
    private readonly ApplyContext context;
    private readonly FileStorage storage;
    private readonly FileExport export;
    private readonly SecretReference? password;
    private readonly MoverNames names;
    private readonly SemaphoreSlim starting = new(1);

    private FileMovers(ApplyContext context, FileStorage storage, FileExport export, SecretReference? password)
    {
        (this.context, this.storage, this.export, this.password) = (context, storage, export, password);
        names = new(context.Plan.Name, context.VaultLocation, context.Plan.Request.Cluster);
        Jobs = new(context.Target, export.Namespace, context.Time);
    }

    public MoverJobs Jobs { get; }

    /// <summary>Where they run.</summary>
    public string Namespace => export.Namespace;

    /// <summary>How long one may take.</summary>
    public TimeSpan Limit => TimeSpan.FromHours(export.Hours);

    public string NameOf(RestoreStep step) => names.NameOf(step.Number);

    /// <returns>Or why this process can't run any.</returns>
    public static (FileMovers? Movers, string? Problem) Of(ApplyContext context)
    {
        if (context.Files is not { } storage)
            return (null, "its files are in a repository beside a vault in blob storage: restore from that vault");
        var inventory = context.Point.Inventory;
        if (inventory.Policy is not { } policy || ProtectionPolicy.Read(policy).Document?.Files is not { } export)
            return (null, "the point's policy doesn't say with which image its files are read");
        var secret = inventory.Registration is { } registration ? ClusterRegistration.Read(registration).Document?.FilesPassword : null;
        return (new(context, storage, export, secret), null);
    }

    /// <summary>Starts the Job that fills a volume, with the claim that its volume is provisioned for.</summary>
    /// <param name="claim">As it will be created.</param>
    /// <returns>False: as many run as may at once, or files of purged points are being removed from the repository.</returns>
    public async Task<bool> StartAsync(RestoreStep step, JsonObject claim, CancellationToken cancellation)
    {
        await starting.WaitAsync(cancellation);
        try
        {
            if (await Jobs.RunningAsync(names.Selector, cancellation) >= export.AtOnce)
                return false;
            if ((await Jobs.LookAsync(names.Forgetting, cancellation)).Phase == MoverPhase.Running)
                return false;
            var (name, files) = (NameOf(step), step.Volume!.Files!);
            var signature = await storage.Repositories.GrantAsync(
                files.Repository,
                RepositoryUse.Read,
                Limit + TimeSpan.FromHours(1),
                cancellation
            );
            var opened = await storage.PasswordOf(
                password,
                $"filesPassword of the registration of cluster {context.Plan.Request.Cluster}",
                cancellation
            );
            await Jobs.CreateAsync(FilledVolume.Claims, Namespace, FilledVolume.ClaimFor(claim, name, names.Labels()), cancellation);
            var task = new MoverTask(name, Restic.Restore, export, names.Labels())
            {
                Claim = name,
                Variables = Restic.RestoreVariables(files.Snapshot),
            };
            await Jobs.StartAsync(task, Restic.SecretVariables(files.Repository, signature, opened), cancellation);
            return true;
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>The volume that was filled for the step's claim, or is to be; null: none is known yet.</summary>
    public async Task<JsonObject?> FindVolumeAsync(RestoreStep step, CancellationToken cancellation)
    {
        JsonObject? found = null;
        var request = new ListRequest(FilledVolume.Volumes, null) { LabelSelector = $"{KnownLabels.RestoreRun}={context.Plan.Name}" };
        await FreshList.ReadAsync(
            new(context.Target),
            request,
            () => found = null,
            (in ListedItem item) =>
            {
                var volume = ManifestJson.Parse(item.Json);
                if (FilledVolume.IsOf(volume, step.Namespace!, step.Name) || FilledVolume.IsOf(volume, Namespace, NameOf(step)))
                    found = volume;
            },
            cancellation
        );
        return found;
    }
}
