using Holdfast.Archive.Stores;
using Holdfast.Vault.Replication;

namespace Holdfast.Orchestrations.Runs;

/// <summary>Another vault that what this one holds is copied to.</summary>
/// <param name="Name">A DNS label; in reports and metrics.</param>
/// <param name="Store">Opened with what it takes to write there.</param>
/// <param name="Images">Copies disk images there; null: one of the two vaults is a folder.</param>
public sealed record Replica(string Name, IBlobStore Store, ReplicaTerms Terms, ImageCopy? Images);
