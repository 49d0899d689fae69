using Holdfast.Cli.Errors;
using Holdfast.Machine.Files;
using Holdfast.Restore;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Cli.Runs;

/// <summary>A plan in a file that only its owner can read: written whole or not at all.</summary>
internal static class PlanFile
{
    /// <summary>In bytes: a plan of a million objects has less.</summary>
    private const int Largest = 1 << 30;

    public static Task WriteAsync(string path, RestorePlan plan, CancellationToken cancellation) =>
        OwnerOnly.WriteAsync(path, $"{path}.{plan.Name}.tmp", PlanDocument.Write(plan), cancellation);

    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="RestoreException">It is not a plan, or was changed.</exception>
    public static RestorePlan Read(string path) =>
        RegularFile.Exists(path, Links.Followed)
            ? PlanDocument.Read(RegularFile.Read(path, Largest))
            : throw new UsageException($"there is no plan file '{path}'; `holdfast plan POINT --out {path}` makes one");
}
