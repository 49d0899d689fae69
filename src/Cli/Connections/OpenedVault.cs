using Azure.Storage.Blobs;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Disks;
using Holdfast.AzureCloud.Files;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Machine.Files;
using Holdfast.Vault.Replication;
using Holdfast.Volumes.Clouds;
using Holdfast.Volumes.Files;

namespace Holdfast.Cli.Connections;

/// <summary>The vault that <c>--vault</c> names: a folder, or a container of blobs.</summary>
internal sealed class OpenedVault
{
    private OpenedVault(IBlobStore store, string text, string? warning = null) =>
        (Store, Text, Warning) = (EncryptionKeys.Around(store), text, warning);

    /// <summary>With the keys that the environment has for it.</summary>
    public IBlobStore Store { get; }

    /// <summary>What opens it again from any folder: an absolute path or the URL, without credentials.</summary>
    public string Text { get; }

    /// <summary>What its user should know of it; null: nothing.</summary>
    public string? Warning { get; }

    /// <summary>Exported files beside it; null: the vault is a folder.</summary>
    public FileStorage? Files { get; private init; }

    /// <summary>Null: the vault is a folder.</summary>
    private BlobContainerClient? Container { get; init; }

    /// <summary>Makes Azure disks, also of images in it, as this machine is signed in. Nothing is asked before it is used.</summary>
    /// <exception cref="UsageException">The variable doesn't hold an address.</exception>
    public INewDisks Disks(TimeProvider time) => new NewAzureDisks(new(time, AzureEndpoint.Find()), Container);

    /// <summary>Copies disk images from one to the other; null: one of them is a folder.</summary>
    public static ImageCopy? ImagesFrom(OpenedVault source, OpenedVault replica, TimeProvider time) =>
        source.Container is { } from && replica.Container is { } into ? new ImageReplication(from, into, time).CopyAsync : null;

    /// <param name="create">A folder that isn't there is made; else it is an error.</param>
    /// <param name="option">That it was given by.</param>
    /// <exception cref="UsageException">No vault is named, or none is there.</exception>
    public static OpenedVault Open(string? text, bool create, string option = "--vault")
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new UsageException(
                $"which vault? Give --vault or set {CommonOptions.VaultVariable}: a folder, or "
                    + "https://ACCOUNT.blob.core.windows.net/CONTAINER"
            );
        if (
            text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        )
            return OpenContainer(text, create, option);
        if (text.Contains("://", StringComparison.Ordinal))
            throw new UsageException($"{option} '{text}' is neither a folder nor an http(s) URL of a blob container");
        return OpenFolder(Path.GetFullPath(text), create, option);
    }

    private static OpenedVault OpenFolder(string path, bool create, string option)
    {
        if (File.Exists(path))
            throw new UsageException($"{option} '{path}' is a file; give a folder");
        if (!create && !Directory.Exists(path))
            throw new UsageException($"there is no vault at '{path}'; `holdfast capture --vault {path}` makes one");
        return new(new FolderStore(path, TimeProvider.System), path, OwnerOnly.Warning(path, "the Secrets of every cluster"));
    }

    /// <summary>Their password is a person's to know: Key Vaults are asked by the service only.</summary>
    private static FileStorage FilesBeside(Uri vault) =>
        new(
            new BlobFileRepositories(vault, Environment.GetEnvironmentVariable(BlobVaults.ConnectionStringVariable), TimeProvider.System),
            (_, place, _) =>
                Environment.GetEnvironmentVariable(CommonOptions.FilesPasswordVariable) is { Length: > 0 } password
                    ? Task.FromResult(password)
                    : throw new FileExportException(
                        $"set {CommonOptions.FilesPasswordVariable} to the password of the exported files ({place})"
                    )
        );

    private static OpenedVault OpenContainer(string text, bool create, string option)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
            throw new UsageException($"{option} is not a URL: https://ACCOUNT.blob.core.windows.net/CONTAINER is expected");
        try
        {
            var store = BlobVaults.Open(
                url,
                create ? VaultUse.Write : VaultUse.Read,
                Environment.GetEnvironmentVariable(BlobVaults.ConnectionStringVariable)
            );
            return new(store, store.Location)
            {
                Files = FilesBeside(url),
                Container = BlobVaults.ClientOf(url, Environment.GetEnvironmentVariable(BlobVaults.ConnectionStringVariable)),
            };
        }
        catch (FormatException e)
        {
            throw new UsageException($"{option}: {e.Message}");
        }
    }
}
