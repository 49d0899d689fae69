using Holdfast.Archive.Stores;
using Holdfast.Orchestrations;
using Holdfast.Protection.Control;

namespace Holdfast.Functions;

/// <summary>Stands where a vault and clusters would be: for asking the registry what there is, never for running it.</summary>
internal static class NoEnvironment
{
    public static readonly RunEnvironment Instance = new(
        (cluster, _) => throw new InvalidOperationException($"nothing is set up, and so cluster '{cluster}' can't be opened"), new MemoryStore(), new MemoryDocuments(), TimeProvider.System);
}
