using System.Text;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Tests.Vectors;

/// <content>What a point's cluster ran on.</content>
internal static partial class ArchiveVectors
{
    private const string Pool = """{"type":"example/pools","id":"/clusters/prod/pools/one","apiVersion":"1","model":{"count":3}}""";
    private const string Cluster = """{"type":"example/clusters","id":"/clusters/prod","apiVersion":"1","model":{"location":"north"}}""";

    private static IEnumerable<ArchiveVector> Infrastructure() =>
        [
            Good("valid-infrastructure", "A point whose inventory names an infrastructure profile, and no volumes.", Running(Profile())),
            BadInfrastructure(
                "infrastructure-missing",
                "The profile is gone: the point opens, since its objects don't need it.",
                ArchiveFailure.NotFound,
                Running(Profile(), f => f.Blobs.Remove(f.Infrastructure)),
                "Missing INFRASTRUCTURE"
            ),
            BadInfrastructure(
                "infrastructure-bit-flipped",
                "One bit of the profile differs from what the inventory promises.",
                ArchiveFailure.DigestMismatch,
                Running(Profile(), f => f.Blobs[f.Infrastructure][40] ^= 1),
                "DigestMismatch INFRASTRUCTURE"
            ),
            BadInfrastructure(
                "infrastructure-unsorted",
                "Its resources are out of order.",
                ArchiveFailure.Malformed,
                Running(Profile(Pool, Cluster)),
                "Malformed INFRASTRUCTURE"
            ),
            BadInfrastructure(
                "infrastructure-without-its-cluster",
                "The cluster that it is of isn't among its resources.",
                ArchiveFailure.Malformed,
                Running(Profile(Pool)),
                "Malformed INFRASTRUCTURE"
            ),
            BadInfrastructure(
                "infrastructure-newer",
                "A profile of version 9.",
                ArchiveFailure.NewerVersion,
                Running(Profile().Replace("\"version\":1", "\"version\":9", StringComparison.Ordinal)),
                "NewerVersion INFRASTRUCTURE"
            ),
            BadOpen(
                "infrastructure-in-version-1",
                "An inventory of version 1 that names a profile.",
                ArchiveFailure.Malformed,
                Running(Profile()) with
                {
                    InventoryJson = j => j.Replace("\"version\":2", "\"version\":1", StringComparison.Ordinal),
                },
                "Malformed INVENTORY"
            ),
            BadOpen(
                "nothing-new-in-version-2",
                "An inventory of version 2 with neither volumes nor infrastructure.",
                ArchiveFailure.Malformed,
                new() { Inventory = i => i with { Version = 2 } },
                "Malformed INVENTORY"
            ),
        ];

    private static string Profile(params string[] resources) =>
        """
            {"format":"holdfast-infrastructure","version":1,"provider":"example","resourceId":"/clusters/prod","region":"north",
            "kubernetesVersion":"1.36.2","readAt":"2026-11-22T05:30:01Z","resources":[RESOURCES],"leftOut":["/clusters/prod password"]}
            """.ReplaceLineEndings("").Replace(
            "RESOURCES",
            string.Join(',', resources.Length == 0 ? [Cluster, Pool] : resources),
            StringComparison.Ordinal
        );

    private static VaultDraft Running(string profile, Action<VaultFiles>? alter = null)
    {
        var gzip = StoredGzip.Of(Encoding.UTF8.GetBytes(profile));
        return new()
        {
            Inventory = i => i with { Version = 2, Infrastructure = new(ContentDigest.Of(gzip), gzip.Length) },
            Files = f =>
            {
                f.Blobs[f.Infrastructure] = [.. gzip];
                alter?.Invoke(f);
            },
        };
    }

    private static ArchiveVector BadInfrastructure(string name, string comment, ArchiveFailure failure, VaultDraft draft, string finding) =>
        new(name, comment, draft, null, null, false, finding) { Infrastructure = failure };
}
