using System.Security.Cryptography;
using System.Text;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Types;

/// <summary>What the server does for a type beyond storing it.</summary>
[Flags]
internal enum Traits
{
    None = 0,

    /// <summary>Has a <c>/status</c> subresource.</summary>
    Status = 1,

    /// <summary>Counts changes of its content in <c>metadata.generation</c>.</summary>
    Generation = 2,

    /// <summary>An update must carry a resourceVersion.</summary>
    VersionedUpdates = 4,

    /// <summary>Answered but not stored: only <c>create</c>.</summary>
    Review = 8,
}

/// <summary>One resource type at one served version.</summary>
internal sealed record ServedType
{
    /// <summary>Empty for the core group.</summary>
    public required string Group { get; init; }
    public required string Version { get; init; }
    public required string Resource { get; init; }
    public required string Kind { get; init; }
    public required bool Namespaced { get; init; }
    public required ObjectTable Table { get; init; }
    public Traits Traits { get; init; }
    public NameRule Names { get; init; } = NameRule.Subdomain;

    /// <summary>Defined by a CustomResourceDefinition.</summary>
    public bool IsCustom { get; init; }
    public string Singular { get; init; } = "";
    public string[] ShortNames { get; init; } = [];
    public string? ListKindName { get; init; }
    public string ListKind => ListKindName ?? Kind + "List";

    /// <summary>Group, version and kind of what is stored: equal for one type served in two groups.</summary>
    public required string StorageIdentity { get; init; }

    public string GroupResource => Group.Length == 0 ? Resource : $"{Resource}.{Group}";

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string StorageVersionHash => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(StorageIdentity)).AsSpan(0, 8));

    public bool Has(Traits traits) => (Traits & traits) == traits;
}
