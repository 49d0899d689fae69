using Holdfast.AzureCloud.Blobs;
using Holdfast.Cli.Errors;
using Holdfast.Control;
using Holdfast.Machine.Files;

namespace Holdfast.Cli.Connections;

/// <summary>The control container of a service: a folder, or a container of blobs.</summary>
internal static class OpenedControl
{
    public const string Variable = "HOLDFAST_CONTROL";

    /// <summary>To edit what is in it: the folder of this user's own service, where none is named, is made when it is missing.</summary>
    /// <param name="text">As the option has it; null: as the variable has it.</param>
    /// <exception cref="UsageException">None is named and there is no home, or what is named isn't there.</exception>
    public static EditedControl OpenToEdit(string? text, TimeProvider time)
    {
        if ((text ?? Environment.GetEnvironmentVariable(Variable)) is { Length: > 0 } named)
            return new(Open(named, time), named, IsContainer: BlobVaults.IsContainer(named), IsOwn: false);
        var own = LocalService.Control ?? throw new UsageException($"which service? Give --control or set {Variable}");
        OwnerOnly.CreateFolder(own);
        return new(new FolderDocuments(own, time), own, IsContainer: false, IsOwn: true);
    }

    /// <param name="text">As the option has it; null: as the variable has it.</param>
    /// <returns>Null: neither names one.</returns>
    /// <exception cref="UsageException">None is there.</exception>
    public static IDocumentStore? TryOpen(string? text, TimeProvider time) =>
        (text ?? Environment.GetEnvironmentVariable(Variable)) is { Length: > 0 } named ? Open(named, time) : null;

    /// <exception cref="UsageException">None is named, or none is there.</exception>
    public static IDocumentStore Open(string? text, TimeProvider time)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new UsageException(
                $"whose runs? Give --control or set {Variable}: the service's control folder, or "
                    + "https://ACCOUNT.blob.core.windows.net/CONTAINER"
            );
        if (BlobVaults.IsContainer(text))
            return OpenContainer(text);
        return Directory.Exists(text)
            ? new FolderDocuments(Path.GetFullPath(text), time)
            : throw new UsageException(
                $"there is no folder '{text}'; --control is where the service stores its clusters, policies and runs"
            );
    }

    private static IDocumentStore OpenContainer(string text)
    {
        try
        {
            return BlobDocuments.Open(new(text), Environment.GetEnvironmentVariable(BlobVaults.ConnectionStringVariable));
        }
        catch (FormatException e)
        {
            throw new UsageException($"--control: {e.Message}");
        }
    }
}

/// <param name="Text">What opens it again.</param>
/// <param name="IsContainer">Of blobs: its service doesn't run as this user.</param>
/// <param name="IsOwn">Of <c>holdfast serve</c> of this user, with its default folders.</param>
internal sealed record EditedControl(IDocumentStore Store, string Text, bool IsContainer, bool IsOwn);
