using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Functions.Settings;
using Holdfast.Orchestrations;
using Holdfast.Protection.Control;

namespace Holdfast.Functions;

/// <summary>Opens what the settings name: vault, control container, signing key. No request is made; what is wrong with a setting becomes a fault of the app.</summary>
internal static class Opening
{
    public static HoldfastApp Open(AppSettings settings, TimeProvider time, ILoggerFactory logging)
    {
        var faults = settings.Faults.ToList();
        var vault = Try(Setting.Vault, () => Vault(settings, time), faults);
        var control = Try(Setting.Control, () => Control(settings, time), faults);
        var signer = settings.SigningKey is { } pem ? Try(Setting.SigningKey, () => SealSigner.FromPem(pem.Replace("\\n", "\n", StringComparison.Ordinal)), faults) : null;
        var environment = faults.Count == 0 ? new RunEnvironment((_, _) => throw new NotSupportedException(), vault!, control!, time, signer) : null;
        return new(settings, environment, faults, time, logging);
    }

    private static IBlobStore Vault(AppSettings settings, TimeProvider time) =>
        BlobVaults.IsContainer(settings.Vault) ? BlobVaults.Open(new(settings.Vault), VaultUse.Write, settings.StorageConnection) : new FolderStore(Folder(settings.Vault), time);

    private static IDocumentStore Control(AppSettings settings, TimeProvider time) =>
        new FolderDocuments(Folder(settings.Control), time);

    private static string Folder(string path) => Directory.CreateDirectory(Path.GetFullPath(path)).FullName;

    /// <remarks>The messages of these exceptions hold no secret: they are made for people by what is opened.</remarks>
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
