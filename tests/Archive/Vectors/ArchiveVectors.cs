using System.Text;
using System.Text.RegularExpressions;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Tests.Vectors;

/// <summary>One scenario: a vault, what a reader must make of it, and why.</summary>
/// <param name="Open">How opening the point fails; null: it opens.</param>
/// <param name="Read">
/// How reading <c>configmaps in shop</c> fails; null: it reads. <c>secrets in shop</c> must read whenever the point opens, unless
/// <paramref name="ReadAll"/>.
/// </param>
/// <param name="ReadAll">Both segments fail alike.</param>
/// <param name="Findings">
/// What verification finds: kind and path (with <c>PACK</c>, <c>INVENTORY</c> and <c>SEAL</c> for the draft's), in order.
/// </param>
internal sealed record ArchiveVector(
    string Name,
    string Comment,
    VaultDraft Draft,
    ArchiveFailure? Open,
    ArchiveFailure? Read,
    bool ReadAll,
    params string[] Findings
)
{
    /// <summary>How reading the infrastructure fails; null: it reads, or there is none.</summary>
    public ArchiveFailure? Infrastructure { get; init; }

    /// <summary>How reading <c>secrets in shop</c> fails though <c>configmaps in shop</c> reads.</summary>
    public ArchiveFailure? ReadSecrets { get; init; }
}

/// <summary>The scenarios of tests/vectors/archive: the valid vault with one fault each.</summary>
internal static partial class ArchiveVectors
{
    private static readonly Lazy<IReadOnlyList<ArchiveVector>> Made = new(() => [.. Make()]);

    public static IReadOnlyList<ArchiveVector> All() => Made.Value;

    private static IEnumerable<ArchiveVector> Make() =>
        [.. Packs(), .. Inventories(), .. Volumes(), .. Infrastructure(), .. Seals(), .. Expiries(), .. Names(), .. Encrypted()];

    private static IEnumerable<ArchiveVector> Packs() =>
        [
            Good("valid", "Two segments in one pack, one sealed point. Every reader must read this.", new()),
            BadRead(
                "pack-truncated",
                "The pack ends in the middle of its first part: neither part is there whole.",
                ArchiveFailure.DigestMismatch,
                new() { Files = f => f.Blobs[f.Pack] = f.Blobs[f.Pack][..60] },
                true,
                "DigestMismatch PACK",
                "DigestMismatch PACK"
            ),
            BadRead(
                "pack-bit-flipped",
                "One bit of the first part's content differs. Nothing of that part may be released; the second part is proven and must be.",
                ArchiveFailure.DigestMismatch,
                new() { Files = f => f.Blobs[f.Pack][30] ^= 4 },
                false,
                "DigestMismatch PACK"
            ),
            BadRead(
                "pack-header-flipped",
                "One bit of the first part's gzip header (its time) differs: content is proven by its own digest and read; "
                    + "verification still finds the byte.",
                null,
                new() { Files = f => f.Blobs[f.Pack][5] ^= 1 },
                false,
                "DigestMismatch PACK"
            ),
            BadRead(
                "pack-missing",
                "The pack is gone.",
                ArchiveFailure.NotFound,
                new() { Files = f => f.Blobs.Remove(f.Pack) },
                true,
                "Missing PACK",
                "Missing PACK"
            ),
            BadRead(
                "wrong-digest",
                "The pack is as written and valid gzip, but the inventory promises another digest for the first part.",
                ArchiveFailure.DigestMismatch,
                new() { Inventory = i => WithPart(i, p => p with { RawDigest = ContentDigest.Of("other"u8) }) },
                false,
                "DigestMismatch PACK"
            ),
            BadRead(
                "wrong-object-count",
                "The first part has two lines, the inventory promises one: a line must not vanish or be invented.",
                ArchiveFailure.DigestMismatch,
                new()
                {
                    Inventory = i => WithSegment(WithPart(i, p => p with { Objects = 1 }), s => s with { Objects = 1 }),
                    Seal = s => s with { Objects = 2 },
                },
                false,
                "DigestMismatch PACK"
            ),
            BadRead(
                "longer-than-promised",
                "The first part unpacks to more than the inventory promises: a reader stops there and releases nothing.",
                ArchiveFailure.DigestMismatch,
                new()
                {
                    Inventory = i => WithPart(i, p => p with { RawBytes = p.RawBytes - 1 }),
                    Seal = s => s with { RawBytes = s.RawBytes - 1 },
                },
                false,
                "DigestMismatch PACK"
            ),
            BadRead(
                "unknown-codec",
                "The parts begin with Zstandard's magic number: version 1 of the format knows gzip only, and a reader doesn't guess.",
                ArchiveFailure.Malformed,
                new() { Member = m => [0x28, 0xb5, 0x2f, 0xfd, .. m[4..]] },
                true,
                "Malformed PACK",
                "Malformed PACK"
            ),
        ];

    private static IEnumerable<ArchiveVector> Inventories() =>
        [
            BadOpen(
                "inventory-bit-flipped",
                "One bit of the inventory differs from what the seal promises.",
                ArchiveFailure.DigestMismatch,
                new() { Files = f => f.Blobs[f.Inventory][40] ^= 1 },
                "DigestMismatch INVENTORY"
            ),
            BadOpen(
                "inventory-missing",
                "The inventory is gone.",
                ArchiveFailure.NotFound,
                new() { Files = f => f.Blobs.Remove(f.Inventory) },
                "Missing INVENTORY"
            ),
            BadOpen(
                "inventory-newer",
                "The inventory is of version 9.",
                ArchiveFailure.NewerVersion,
                new() { InventoryJson = j => j.Replace("\"version\":1", "\"version\":9", StringComparison.Ordinal) },
                "NewerVersion INVENTORY"
            ),
            BadOpen(
                "inventory-unknown-member",
                "A member that version 1 doesn't have: a newer writer would have said a newer version.",
                ArchiveFailure.Malformed,
                new()
                {
                    InventoryJson = j =>
                        j.Replace(
                            "\"revision\":\"4711\",\"scope\"",
                            "\"revision\":\"4711\",\"extra\":1,\"scope\"",
                            StringComparison.Ordinal
                        ),
                },
                "Malformed INVENTORY"
            ),
            BadOpen(
                "inventory-repeated-member",
                "The same member twice: which one counts must not depend on the reader.",
                ArchiveFailure.Malformed,
                new()
                {
                    InventoryJson = j =>
                        j.Replace("\"cluster\":\"prod\"", "\"cluster\":\"prod\",\"cluster\":\"prod\"", StringComparison.Ordinal),
                },
                "Malformed INVENTORY"
            ),
            BadOpen(
                "inventory-unsorted",
                "Segments are not in order.",
                ArchiveFailure.Malformed,
                new() { Inventory = i => i with { Segments = [.. i.Segments.Reverse()] } },
                "Malformed INVENTORY"
            ),
            BadOpen(
                "inventory-unlisted-type",
                "A segment's type is not among the types.",
                ArchiveFailure.Malformed,
                new() { Inventory = i => i with { Types = [i.Types[0]] } },
                "Malformed INVENTORY"
            ),
            BadOpen(
                "part-too-large",
                "A part of two objects claims more than 8 MiB raw: a reader would have to make room for it.",
                ArchiveFailure.Malformed,
                new()
                {
                    Inventory = i => WithPart(i, p => p with { RawBytes = (8 << 20) + 1 }),
                    Seal = s => s with { RawBytes = (8 << 20) + 1 + 78 },
                },
                "Malformed INVENTORY"
            ),
            BadOpen(
                "part-outside-pack",
                "A part lies beyond what a pack may hold; the sum of offset and length overflows.",
                ArchiveFailure.Malformed,
                new() { Inventory = i => WithPart(i, p => p with { Offset = 1, Length = long.MaxValue }) },
                "Malformed INVENTORY"
            ),
            BadOpen(
                "marker-newer",
                "The vault's marker is of version 2, whose layout is unknown.",
                ArchiveFailure.NewerVersion,
                new() { Files = f => f.Blobs[VaultPaths.Marker] = """{"format":"holdfast-vault","version":2}"""u8.ToArray() },
                "NewerVersion holdfast.json"
            ),
            BadOpen(
                "totals-differ",
                "The seal promises one object more than the inventory has.",
                ArchiveFailure.Malformed,
                new() { Seal = s => s with { Objects = 4 } },
                "Malformed INVENTORY"
            ),
        ];

    private static IEnumerable<ArchiveVector> Seals() =>
        [
            BadOpen(
                "seal-missing",
                "There is no seal, so there is no point.",
                ArchiveFailure.NotFound,
                new() { Files = f => f.Blobs.Remove(f.Seal) },
                "Missing SEAL"
            ),
            BadOpen(
                "seal-truncated",
                "The seal ends early.",
                ArchiveFailure.Malformed,
                new() { SealJson = j => j[..^20] },
                "Malformed SEAL"
            ),
            BadOpen(
                "seal-bit-flipped",
                "The seal is valid but for its own digest: one digit of its revision differs.",
                ArchiveFailure.DigestMismatch,
                new() { SealJson = j => j.Replace("4711", "4712", StringComparison.Ordinal) },
                "DigestMismatch SEAL"
            ),
            BadOpen(
                "seal-newer",
                "The seal is of version 2, whose meaning is unknown.",
                ArchiveFailure.NewerVersion,
                new() { SealJson = j => j.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal) },
                "NewerVersion SEAL"
            ),
            BadOpen(
                "seal-other-form",
                "A space that JSON allows: a seal has one form only, which is what its digest and signature are of.",
                ArchiveFailure.Malformed,
                new() { SealJson = j => j.Replace(",\"cluster\":", ", \"cluster\":", StringComparison.Ordinal) },
                "Malformed SEAL"
            ),
            BadOpen(
                "seal-of-another-point",
                "The seal is whole, but its point's id doesn't follow from its inventory: it was made for another one.",
                ArchiveFailure.Malformed,
                new() { Seal = s => s with { Inventory = ContentDigest.Of("other"u8) } },
                "Malformed SEAL"
            ),
        ];

    private static IEnumerable<ArchiveVector> Names() =>
        [
            Good(
                "valid-strange-namespace",
                "A namespace's name is data and no path: whatever it is, it is read as it is.",
                new() { Inventory = i => WithSegment(i, s => s with { Namespace = "../../\u00e4 \"x\"" }) }
            ),
            BadOpen(
                "traversal-cluster",
                "The seal names a cluster that would lead out of the vault.",
                ArchiveFailure.Malformed,
                new()
                {
                    SealJson = j => WithDigest(j.Replace("\"cluster\":\"prod\"", "\"cluster\":\"../prod\"", StringComparison.Ordinal)),
                },
                "Malformed SEAL"
            ),
            BadOpen(
                "traversal-pack",
                "The inventory names a pack that would lead out of the vault.",
                ArchiveFailure.Malformed,
                new() { InventoryJson = j => j.Replace("\"pack\":\"", "\"pack\":\"../../../", StringComparison.Ordinal) },
                "Malformed INVENTORY"
            ),
            BadOpen(
                "traversal-previous",
                "The seal names a previous point that would lead out of the vault.",
                ArchiveFailure.Malformed,
                new()
                {
                    SealJson = j =>
                        j.Replace(
                            "\"previous\":[]",
                            $$"""
                            "previous":[{"point":"../../../../etc/passwd","seal":"{{new string('0', 64)}}"}]
                            """.Trim(),
                            StringComparison.Ordinal
                        ),
                },
                "Malformed SEAL"
            ),
        ];

    private static ArchiveVector Good(string name, string comment, VaultDraft draft) => new(name, comment, draft, null, null, false);

    private static ArchiveVector BadOpen(string name, string comment, ArchiveFailure failure, VaultDraft draft, params string[] findings) =>
        new(name, comment, draft, failure, null, false, findings);

    private static ArchiveVector BadRead(
        string name,
        string comment,
        ArchiveFailure? failure,
        VaultDraft draft,
        bool all,
        params string[] findings
    ) => new(name, comment, draft, null, failure, all, findings);

    private static Inventory WithSegment(Inventory inventory, Func<Segment, Segment> change) =>
        inventory with
        {
            Segments = inventory.Segments.SetItem(0, change(inventory.Segments[0])),
        };

    private static Inventory WithPart(Inventory inventory, Func<Part, Part> change) =>
        WithSegment(inventory, s => s with { Parts = [change(s.Parts[0])] });

    /// <summary>The seal's text with the digest that it should have.</summary>
    private static string WithDigest(string seal)
    {
        var undigested = Regex.Replace(seal, ",\"digest\":\"[0-9a-f]{64}\"", "");
        return $"{undigested[..^1]},\"digest\":\"{ContentDigest.Of(Encoding.UTF8.GetBytes(undigested))}\"}}";
    }
}
