using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Control.Policies;
using Holdfast.Vault.Replication;

namespace Holdfast.Functions.Settings;

/// <param name="Place">A folder or a container's URL, which may hold a SAS token: a secret.</param>
internal sealed record NamedReplica(string Name, string Place);

/// <summary>Where what the vault holds is copied to, and for how long it is kept there.</summary>
internal sealed record ReplicaSettings(ImmutableArray<NamedReplica> All, ReplicaTerms Terms)
{
    /// <param name="text"><c>NAME=PLACE</c>, several with semicolons between them; null: none.</param>
    /// <param name="faults">Receives what is wrong; nothing of a token is in it.</param>
    public static ReplicaSettings Read(string? text, string? keep, bool unlocked, IEnumerable<string> others, List<string> faults)
    {
        var all = ImmutableArray.CreateBuilder<NamedReplica>();
        foreach (var part in (text ?? "").Split([';', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (
                part.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, { Length: > 0 } place]
                && ClusterName.TryParse(name, out _)
            )
                all.Add(new(name, place));
            else
                faults.Add(
                    $"{Setting.Replicas.Name}: each part is NAME=https://ACCOUNT.blob.core.windows.net/CONTAINER or NAME=FOLDER, with "
                        + "semicolons between them; a name has a-z, 0-9 and '-'"
                );
        }
        var places = all.Select(r => PlaceOf(r.Place)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (
            places.Count < all.Count
            || all.Select(r => r.Name).Distinct().Count() < all.Count
            || others.Any(o => o.Length > 0 && places.Contains(PlaceOf(o)))
        )
            faults.Add($"{Setting.Replicas.Name} names a place or a name twice, or the vault or the control container itself");
        return new(
            [.. all.OrderBy(r => r.Name, StringComparer.Ordinal)],
            new(Kept(keep, faults), unlocked ? ImmutabilityMode.Unlocked : ImmutabilityMode.Locked)
        );
    }

    private static TimeSpan? Kept(string? text, List<string> faults)
    {
        if (text is null)
            return null;
        if (KeptDuration.TryParse(text, out var duration))
            return duration.Span;
        faults.Add($"{Setting.ReplicaKeep.Name} is '{text}': use a whole number and h, d or w, such as 30d");
        return null;
    }

    private static string PlaceOf(string text) =>
        (
            BlobVaults.IsContainer(text) && Uri.TryCreate(text, UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Path) : text
        ).TrimEnd('/');
}
