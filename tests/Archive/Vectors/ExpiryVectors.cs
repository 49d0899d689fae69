using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Tests.Vectors;

/// <content>Points that retention expired, and points that someone holds.</content>
internal static partial class ArchiveVectors
{
    private static IEnumerable<ArchiveVector> Expiries() =>
        [
            BadOpen(
                "point-purged",
                "The point is expired, and its inventory and pack are gone: it can't be opened, and nothing is damaged.",
                ArchiveFailure.NotFound,
                new()
                {
                    Files = f =>
                    {
                        f.Blobs[f.Expired] = Expiry(f.Point).ToBytes();
                        f.Blobs.Remove(f.Inventory);
                        f.Blobs.Remove(f.Pack);
                    },
                }
            ),
            Damaged(
                "expiry-of-another-point",
                "An expiry that is of another point doesn't count.",
                f => f.Blobs[f.Expired] = Expiry(Other).ToBytes(),
                "Tampered EXPIRED"
            ),
            Damaged(
                "expiry-bit-flipped",
                "An expiry whose rule was changed after it was written doesn't count.",
                f =>
                {
                    f.Blobs[f.Expired] = Expiry(f.Point).ToBytes();
                    f.Blobs[f.Expired][^90] ^= 1;
                },
                "DigestMismatch EXPIRED"
            ),
            Damaged(
                "expiry-newer",
                "An expiry of version 3.",
                f => f.Blobs[f.Expired] = (Expiry(f.Point) with { Version = 3 }).ToBytes(),
                "NewerVersion EXPIRED"
            ),
            Damaged(
                "expiry-of-version-2-unsigned",
                "An expiry of version 2 has a signature.",
                f => f.Blobs[f.Expired] = (Expiry(f.Point) with { Version = 2 }).ToBytes(),
                "Malformed EXPIRED"
            ),
            Good(
                "point-held",
                "A point that someone holds.",
                new()
                {
                    Files = f =>
                        f.Blobs[VaultPaths.Hold(VaultDraft.Cluster, f.Point)] = new PointHold
                        {
                            Point = f.Point,
                            HeldAt = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero),
                            By = "auditor",
                            Reason = "audit 2026",
                        }.ToBytes(),
                }
            ),
        ];

    private static PointId Other => PointId.TryParse("20260101T000000Z-abcdef", out var id) ? id : default;

    private static PointExpiry Expiry(PointId point) =>
        new()
        {
            Point = point,
            ExpiredAt = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Rule = "policy nightly: daily 7",
        };

    private static ArchiveVector Damaged(string name, string comment, Action<VaultFiles> files, params string[] findings) =>
        new(name, comment, new() { Files = files }, null, null, false, findings);
}
