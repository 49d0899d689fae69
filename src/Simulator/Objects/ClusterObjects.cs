using System.Text.Json.Nodes;
using Holdfast.Simulator.Storage;
using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Objects;

/// <summary>Reads and writes a cluster's objects, for controllers and seeding.</summary>
internal sealed class ClusterObjects
{
    /// <param name="release">Null: current types.</param>
    public ClusterObjects(ObjectStore store, Identifiers identifiers, SimulatedRelease? release = null)
    {
        Store = store;
        Identifiers = identifiers;
        Types = new TypeCatalog(store, release);
        Writer = new ObjectWriter(store, Types, new ObjectRules(store, Types, identifiers), new ServerDefaults(identifiers), identifiers);
        Deleter = new ObjectDeleter(store, Types, identifiers);
    }

    public ObjectStore Store { get; }

    public Identifiers Identifiers { get; }

    public TypeCatalog Types { get; }

    public ObjectWriter Writer { get; }

    public ObjectDeleter Deleter { get; }

    public StoredVersion? Find(ServedType type, string? ns, string name) => Store.Find(type.Table, StoredVersion.KeyOf(ns, name));

    /// <summary>The current objects of a type, in one namespace or in all.</summary>
    public IReadOnlyList<StoredVersion> All(ObjectTable table, string? ns = null)
    {
        var prefix = ns is null ? "" : ns + "/";
        return Store.Read(table, null, prefix, prefix, 0)!.Items;
    }

    /// <summary>Creates an object from a complete manifest.</summary>
    public StoredVersion Create(JsonObject manifest, string manager) =>
        Writer.Create(TypeOf(manifest), (string?)manifest["metadata"]!["namespace"], manifest, new WriteContext(manager));

    /// <summary>The type of a manifest or an owner reference, by apiVersion and kind.</summary>
    public ServedType TypeOf(JsonObject manifest) =>
        Types.FindKind((string)manifest["apiVersion"]!, (string)manifest["kind"]!)
        ?? throw new InvalidOperationException($"Not simulated: {(string?)manifest["apiVersion"]} {(string?)manifest["kind"]}.");
}
