using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Vault.Catalogue;

namespace Holdfast.Documents;

/// <summary>Who keeps a promise that Holdfast makes of a vault.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PromiseKeeper>))]
public enum PromiseKeeper
{
    /// <summary>It isn't known whether the storage does.</summary>
    Unknown,

    /// <summary>The storage, against everyone.</summary>
    Storage,

    /// <summary>Holdfast alone: whoever may write to the storage can break it.</summary>
    Software,

    /// <summary>No one.</summary>
    NoOne,
}

/// <param name="Promise">For a person.</param>
public sealed record VaultPromise(string Promise, PromiseKeeper KeptBy);

/// <summary>What protects a vault beyond Holdfast, and which promises are kept in software only.</summary>
/// <param name="Asked">Why immutability is needed: policies that ask for it, points that are to be kept; empty: nothing asks.</param>
public sealed record VaultDocument(
    string Location,
    ImmutableArray<TraitFinding> Traits,
    ImmutableArray<VaultPromise> Promises,
    ImmutableArray<string> Asked
)
{
    /// <summary>Keys and secrets that a failover needs and that may be lost with the region; empty where there is no replica.</summary>
    public ImmutableArray<string> RegionSecrets { get; init; } = [];

    /// <summary>Something asks for immutability that the vault can't give, as far as is known.</summary>
    public bool LacksImmutability => Asked.Length > 0 && StateOf(Traits, StoreTrait.Immutability) != TraitState.Present;

    /// <summary>Nothing is missing, and all is known.</summary>
    [JsonIgnore]
    public bool IsWhole => RegionSecrets.IsEmpty && Traits.All(t => t.State == TraitState.Present);

    public static VaultDocument Of(string location, ImmutableArray<TraitFinding> traits, ImmutableArray<string> asked) =>
        new(
            location,
            traits,
            [
                new("a point isn't deleted before its time", KeeperOf(traits, StoreTrait.Immutability, PromiseKeeper.Software)),
                new("a held point isn't deleted", KeeperOf(traits, StoreTrait.Immutability, PromiseKeeper.Software)),
                new("what is written isn't replaced", KeeperOf(traits, StoreTrait.Versioning, PromiseKeeper.Software)),
                new("what was written over or hidden can be read", KeeperOf(traits, StoreTrait.Versioning, PromiseKeeper.NoOne)),
                new("what was deleted by mistake can be brought back", KeeperOf(traits, StoreTrait.SoftDelete, PromiseKeeper.NoOne)),
                new("a deleted container can be brought back", KeeperOf(traits, StoreTrait.ContainerSoftDelete, PromiseKeeper.NoOne)),
            ],
            asked
        );

    /// <summary>Why the vault needs immutability: policies that ask for it, and points that are still to be kept.</summary>
    /// <param name="control">Null: no service's policies count.</param>
    public static async Task<ImmutableArray<string>> AskedAsync(
        VaultCatalogue catalogue,
        IDocumentStore? control,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var asked = ImmutableArray.CreateBuilder<string>();
        foreach (var kept in control is null ? [] : await new ControlDocuments(control).AllPoliciesAsync(cancellation))
        {
            if (kept.Document?.Immutability is { } rule)
                asked.Add($"policy {kept.Name}, for {rule.Days} days");
        }
        var listed = await catalogue.ListAsync(null, PointSearch.All, cancellation);
        foreach (var points in listed.Points.GroupBy(p => p.Point.Seal.Cluster))
        {
            var until = points.Max(p => p.Point.Seal.KeepUntil);
            if (until > now)
                asked.Add($"points of cluster {points.Key}, until {until:u}");
        }
        return asked.ToImmutable();
    }

    private static PromiseKeeper KeeperOf(ImmutableArray<TraitFinding> traits, StoreTrait trait, PromiseKeeper without) =>
        StateOf(traits, trait) switch
        {
            TraitState.Present => PromiseKeeper.Storage,
            TraitState.Missing => without,
            _ => PromiseKeeper.Unknown,
        };

    private static TraitState StateOf(ImmutableArray<TraitFinding> traits, StoreTrait trait) =>
        traits.FirstOrDefault(t => t.Trait == trait)?.State ?? TraitState.Unknown;
}
