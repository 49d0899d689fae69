using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Opening;
using Holdfast.Control;
using Holdfast.Functions.Settings;
using Holdfast.Machine.Files;
using Holdfast.Orchestrations;

namespace Holdfast.Functions;

/// <summary>
/// Opens what the settings name: vault, control container, signing key. No request is made; what is wrong with a setting becomes a fault
/// of the app.
/// </summary>
internal static partial class Opening
{
    /// <param name="stopping">The process is about to stop.</param>
    public static HoldfastApp Open(AppSettings settings, TimeProvider time, ILoggerFactory logging, CancellationToken stopping)
    {
        var faults = settings.Faults.ToList();
        var vault = Try(Setting.Vault, settings.Vault, () => Vault(settings, time), faults);
        var control = Try(Setting.Control, settings.Control, () => Control(settings, time), faults);
        var keys = new KeySettings(settings);
        var signer = Try(
            Setting.SigningKey,
            settings.SigningKey,
            () => SealSigner.FromPem(KeySettings.Lines(settings.SigningKey!)),
            faults
        );
        var trust = Try(Setting.PublicKeys, () => keys.Trust(signer), faults);
        var planKey = Try(Setting.PlanKey, keys.OfPlans, faults);
        foreach (var warning in Warnings(settings))
            LogOpen(logging.CreateLogger("Holdfast"), warning);
        if (faults.Count > 0)
            return new(settings, null, faults, time, logging);
        var clusters = new RegisteredClusters(control!, Access(settings), time, settings.Limits);
        var environment = new RunEnvironment(clusters.OpenAsync, vault!, control!, time, signer)
        {
            Stopping = stopping,
            Trust = trust!,
            PlanKey = planKey,
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

    private static T? Try<T>(Setting setting, Func<T> open, List<string> faults)
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
