using Holdfast.Control;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>What is left of targets whose document is gone.</summary>
internal static class Leftovers
{
    private static readonly string[] Folders = [ControlPaths.Outbox, ControlPaths.Notified, ControlPaths.Deliveries];

    /// <param name="names">Targets that there are, those that can't be used included.</param>
    public static async Task RemoveAsync(IDocumentStore control, HashSet<string> names, CancellationToken cancellation)
    {
        foreach (var folder in Folders)
        {
            await foreach (var path in control.ListAsync(folder, null, cancellation))
            {
                if (!names.Contains(path[folder.Length..].Split('/', '.')[0]))
                    await control.DeleteAsync(path, null, cancellation);
            }
        }
    }
}
