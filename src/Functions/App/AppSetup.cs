using System.Collections.Immutable;
using Azure.Storage.Blobs;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Credentials;
using Holdfast.AzureCloud.Disks;
using Holdfast.AzureCloud.Files;
using Holdfast.AzureCloud.ManagedClusters;
using Holdfast.AzureCloud.Resources;
using Holdfast.Control;
using Holdfast.Control.Connecting;
using Holdfast.Functions.Mail;
using Holdfast.Functions.Settings;
using Holdfast.Machine.Files;
using Holdfast.Orchestrations.Runs;
using Holdfast.Volumes.Files;

namespace Holdfast.Functions.App;

/// <summary>
/// Opens what the settings name: vault, control container, signing key. No request is made; what is wrong with a setting becomes a fault
/// of the app.
/// </summary>
internal static partial class AppSetup
{
    /// <param name="stopping">The process is about to stop.</param>
    public static HoldfastApp Open(AppSettings settings, TimeProvider time, ILoggerFactory logging, CancellationToken stopping)
    {
        var faults = settings.Faults.ToList();
        var opened = Try(Setting.Vault, settings.Vault, () => Vault(settings, time), faults);
        var control = Try(Setting.Control, settings.Control, () => Control(settings, time), faults);
        var keys = new KeySettings(settings);
        var access = Access(settings);
        var own = Try(Setting.SigningKey, keys.Own, faults);
        var trust = Try(Setting.PublicKeys, () => keys.Trust(own), faults);
        var key = own ?? (trust is null ? null : Try<ISigningKey>(Setting.SigningKey, () => keys.KeyVault(access, trust), faults));
        var vault = opened is null
            ? null
            : Try(Setting.EncryptionKey, () => new KeyedVault(opened, keys.Wraps(access), keys.Required()), faults);
        var planKey = Try(Setting.PlanKey, keys.OfPlans, faults);
        var replicas = settings
            .Replicas.All.Select(r => Try(Setting.Replicas, () => ReplicaOf(settings, r, time), faults))
            .OfType<Replica>()
            .ToImmutableArray();
        foreach (var warning in Warnings(settings))
            LogOpen(logging.CreateLogger("Holdfast"), warning);
        if (faults.Count > 0)
            return new(settings, null, faults, time, logging);
        var azure = new ResourceClient(time, settings.ResourceManager);
        var credentials = AzureCredentials.Of(access, time, resources: azure);
        var clusters = new RegisteredClusters(control!, access, credentials, time, settings.Limits);
        var aks = new AksClusters(azure, time);
        var files = FilesBeside(settings, credentials, time);
        var environment = new RunEnvironment(clusters.OpenAsync, vault!, control!, time, key is null ? null : new SealSigner(key))
        {
            Stopping = stopping,
            Trust = trust!,
            PlanKey = planKey,
            Replicas = replicas,
            TryCredentials = clusters.TryAsync,
            Infrastructure = aks.ReadAsync,
            Providers = [aks],
            Disks = new AzureDisks(azure),
            NewDisks = new NewAzureDisks(azure, VaultContainer(settings)),
            Files = files,
            Notifications = new(access, credentials.PasswordOf),
            SendMail = SmtpSender.SendAsync,
            Transfers =
            [
                new DiskCopies(azure),
                new DiskImages(azure, VaultContainer(settings), time),
                new FileTransfer(vault!.Location, files, time),
            ],
        };
        return new(settings, environment, [], time, logging) { Owns = clusters };
    }

    /// <summary>The same wherever the app runs: who may edit registrations is not always who started it.</summary>
    private static RegistrationAccess Access(AppSettings settings)
    {
        var access = new RegistrationAccess { Programs = settings.Programs, LocalEndpoints = settings.LocalEndpoints };
        return settings.CredentialFolders is { } folders ? access with { CredentialFolders = folders } : access;
    }

    private static IBlobStore Vault(AppSettings settings, TimeProvider time) =>
        BlobVaults.IsContainer(settings.Vault)
            ? BlobVaults.Open(new(settings.Vault), VaultUse.Write, settings.StorageConnection)
            : new FolderStore(Folder(settings.Vault), time);

    private static Replica ReplicaOf(AppSettings settings, NamedReplica named, TimeProvider time)
    {
        var terms = settings.Replicas.Terms;
        if (!BlobVaults.IsContainer(named.Place))
            return new(named.Name, new FolderStore(Folder(named.Place), time), terms, null);
        var into = BlobVaults.ClientOf(new(named.Place), settings.StorageConnection);
        var images = VaultContainer(settings) is { } from ? new ImageReplication(from, into, time) : null;
        return new(named.Name, new BlobContainerStore(into, VaultUse.Write), terms, images is null ? null : images.CopyAsync);
    }

    /// <returns>Null: the vault is a folder, which no Pod reaches.</returns>
    private static FileStorage? FilesBeside(AppSettings settings, CloudCredentials cloud, TimeProvider time) =>
        BlobVaults.IsContainer(settings.Vault)
            ? new(
                new BlobFileRepositories(new(settings.Vault), settings.StorageConnection, time),
                async (password, place, cancellation) =>
                    password is null
                        ? throw new FileExportException($"there is no {place}, which would name the password of the exported files")
                        : await cloud.PasswordOf!(password, place).ReadAsync(false, cancellation)
            )
            : null;

    /// <summary>Null: the vault is a folder.</summary>
    private static BlobContainerClient? VaultContainer(AppSettings settings) =>
        BlobVaults.IsContainer(settings.Vault) ? BlobVaults.ClientOf(new(settings.Vault), settings.StorageConnection) : null;

    private static IDocumentStore Control(AppSettings settings, TimeProvider time) =>
        BlobVaults.IsContainer(settings.Control)
            ? BlobDocuments.Open(new(settings.Control), settings.StorageConnection)
            : new FolderDocuments(Folder(settings.Control), time);

    /// <summary>Folders of this machine that others can look into.</summary>
    private static IEnumerable<string> Warnings(AppSettings settings)
    {
        foreach (
            var (place, holds) in new[]
            {
                (settings.Vault, "the Secrets of every cluster"),
                (settings.Control, "who may do what, and what was done"),
                (settings.Data, "the token of this service"),
            }
        )
        {
            if (place.Length > 0 && !BlobVaults.IsContainer(place) && OwnerOnly.Warning(Path.GetFullPath(place), holds) is { } warning)
                yield return warning;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Warning}")]
    private static partial void LogOpen(ILogger log, string warning);

    private static string Folder(string path)
    {
        var whole = Path.GetFullPath(path);
        OwnerOnly.CreateFolder(whole);
        return whole;
    }

    /// <remarks>The messages of these exceptions hold no secret: they are made for people by what is opened.</remarks>
    private static T? Try<T>(Setting setting, string? text, Func<T> open, List<string> faults)
        where T : class => string.IsNullOrEmpty(text) ? null : Try(setting, open, faults);

    private static T? Try<T>(Setting setting, Func<T?> open, List<string> faults)
        where T : class
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            faults.Add($"{setting.Name}: {e.Message}");
            return null;
        }
    }
}
