using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Files;

/// <summary>The built-in types that moving files writes: every API server serves them.</summary>
internal static class MoverTypes
{
    public static readonly ApiResource Jobs = new("batch", "v1", "jobs", "Job", true, []);
    public static readonly ApiResource Secrets = new("", "v1", KnownTypes.Secrets, "Secret", true, []);
}
