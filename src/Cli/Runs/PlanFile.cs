using Holdfast.Cli.Invoking;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Restore.Planning;

namespace Holdfast.Cli.Runs;

/// <summary>A plan in a file: written whole or not at all.</summary>
internal static class PlanFile
{
    public static async Task WriteAsync(string path, RestorePlan plan, CancellationToken cancellation)
    {
        var aside = $"{path}.{plan.Run}.tmp";
        try
        {
            await File.WriteAllBytesAsync(aside, PlanDocument.Write(plan), cancellation);
            File.Move(aside, path, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="RestoreException">It is no plan, or was changed.</exception>
    public static async Task<RestorePlan> ReadAsync(string path, CancellationToken cancellation) => File.Exists(path)
        ? PlanDocument.Read(await File.ReadAllBytesAsync(path, cancellation))
        : throw new UsageException($"there is no plan file '{path}'; `holdfast plan POINT --out {path}` makes one");
}
