using Holdfast.AzureCloud.Blobs;
using Holdfast.Cli.Errors;
using Holdfast.Control;

namespace Holdfast.Cli.Connections;

/// <summary>The control container of a service: a folder, or a container of blobs. For reading: nothing is made.</summary>
internal static class OpenedControl
{
    public const string Variable = "HOLDFAST_CONTROL";

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
