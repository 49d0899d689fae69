using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Opening;
using Holdfast.Functions.Settings;
using Holdfast.Orchestrations;
using Holdfast.Protection.Control;

namespace Holdfast.Functions;

/// <summary>
/// Opens what the settings name: vault, control container, signing key. No request is made; what is wrong with a setting becomes a fault
/// of the app.
/// </summary>
internal static class Opening
{
    /// <param name="stopping">The process is about to stop.</param>
    public static HoldfastApp Open(AppSettings settings, TimeProvider time, ILoggerFactory logging, CancellationToken stopping)
    {
        var faults = settings.Faults.ToList();
        var vault = Try(Setting.Vault, settings.Vault, () => Vault(settings, time), faults);
        var control = Try(Setting.Control, settings.Control, () => Control(settings, time), faults);
        var signer = Try(Setting.SigningKey, settings.SigningKey, () => SealSigner.FromPem(settings.SigningKey!.Replace("\\n", "\n", StringComparison.Ordinal)), faults);
        if (faults.Count > 0)
            return new(settings, null, faults, time, logging);
        var clusters = new RegisteredClusters(control!, Access(settings), time);
        return new(settings, new RunEnvironment(clusters.OpenAsync, vault!, control!, time, signer) { Stopping = stopping }, [], time, logging) { Owns = clusters };
    }

    /// <summary>The same wherever the app runs: who may edit registrations is not always who started it.</summary>
    private static RegistrationAccess Access(AppSettings settings)
    {
        var access = new RegistrationAccess { Programs = settings.Programs, LocalEndpoints = settings.LocalEndpoints };
        return settings.CredentialFolders is { } folders ? access with { CredentialFolders = folders } : access;
    }

    private static IBlobStore Vault(AppSettings settings, TimeProvider time) =>
        BlobVaults.IsContainer(settings.Vault) ? BlobVaults.Open(new(settings.Vault), VaultUse.Write, settings.StorageConnection) : new FolderStore(Folder(settings.Vault), time);

    private static IDocumentStore Control(AppSettings settings, TimeProvider time) =>
        BlobVaults.IsContainer(settings.Control) ? BlobDocuments.Open(new(settings.Control), settings.StorageConnection) : new FolderDocuments(Folder(settings.Control), time);

    private static string Folder(string path) => Directory.CreateDirectory(Path.GetFullPath(path)).FullName;

    /// <remarks>The messages of these exceptions hold no secret: they are made for people by what is opened.</remarks>
    private static T? Try<T>(Setting setting, string? text, Func<T> open, List<string> faults)
        where T : class
    {
        if (string.IsNullOrEmpty(text))
            return null;
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
