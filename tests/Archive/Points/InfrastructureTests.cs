using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Points;

/// <summary>The infrastructure profile of a point: proven by its inventory, and so by its seal.</summary>
public sealed class InfrastructureTests
{
    private static readonly SampleSegment[] Shop = [new("configmaps", "shop", """{"a":1}""")];

    private readonly MemoryStore store = new();

    [Fact]
    public async Task A_profile_is_read_back_sorted_and_proven_by_the_inventory()
    {
        var point = await SealAsync(Profile("/z", "/a"));

        var reader = await RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, point.Id, default);
        var profile = await reader.ReadInfrastructureAsync(default);

        Assert.Equal(2, reader.Inventory.Version);
        Assert.Equal(["/a", "/z"], profile!.Resources.Select(r => r.Id));
        Assert.Equal("""{"n":1}""", profile.Resources[0].Model.GetRawText());
        Assert.Equal(
            reader.Inventory.Infrastructure!.Digest,
            ContentDigest.Of((await store.ReadAsync(VaultPaths.Infrastructure(SamplePoint.Cluster, point.Id), null, default))!)
        );
    }

    [Fact]
    public async Task A_point_without_a_profile_is_one_that_earlier_releases_read()
    {
        var point = await SamplePoint.WriteAsync(store, Shop);

        var reader = await RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, point.Id, default);

        Assert.Equal(1, reader.Inventory.Version);
        Assert.Null(await reader.ReadInfrastructureAsync(default));
    }

    [Fact]
    public async Task The_same_profile_in_another_order_gives_the_same_point()
    {
        var first = await SealAsync(Profile("/z", "/a"));
        var again = await SealAsync(Profile("/a", "/z") with { ResourceId = "/z" });

        Assert.Equal(first.SealDigest, again.SealDigest);
    }

    [Fact]
    public async Task The_profile_is_written_before_the_inventory_that_names_it()
    {
        var counted = new FaultyStore(store);
        await SamplePoint.WriteAsync(counted, Shop, request: Request(Profile("/a")));

        var written = counted.Calls.Where(c => c.Operation == StoreOperation.Create).Select(c => c.Path.Split('/')[^1]).ToList();

        Assert.Equal(["infrastructure.json.gz", "inventory.json.gz", "seal.json"], written[^3..]);
    }

    [Fact]
    public async Task A_profile_that_breaks_a_rule_is_not_sealed()
    {
        var fault = await Assert.ThrowsAsync<ArchiveException>(() => SealAsync(Profile("/a") with { ResourceId = "/other" }));

        Assert.Equal(ArchiveFailure.Malformed, fault.Failure);
        Assert.Empty(await SealedPoints.ListAsync(store, SamplePoint.Cluster, default));
    }

    [Fact]
    public async Task A_profile_that_no_inventory_names_is_foreign()
    {
        var point = await SamplePoint.WriteAsync(store, Shop);
        store.Overwrite(VaultPaths.Infrastructure(SamplePoint.Cluster, point.Id), InfrastructureDocument.Write(Profile("/a")));

        var report = await PointVerifier.VerifyAsync(store, SamplePoint.Cluster, null, SealTrust.Anyone, null, default);

        Assert.Equal(FindingKind.Foreign, Assert.Single(report.Findings).Kind);
    }

    [Theory]
    [InlineData("""{"format":"holdfast-inventory","version":1""", ArchiveFailure.Malformed)]
    [InlineData("""{"format":"holdfast-infrastructure","version":2""", ArchiveFailure.NewerVersion)]
    public void A_profile_that_a_person_gives_is_checked_like_one_of_a_vault(string begin, ArchiveFailure expected)
    {
        var written = JsonSerializer.Deserialize<JsonElement>(
            begin + System.Text.Encoding.UTF8.GetString(InfrastructureDocument.ToPlain(Profile("/a")))[46..]
        );

        var fault = Assert.Throws<ArchiveException>(() => InfrastructureDocument.ReadPlain(written, "a file"));

        Assert.Equal(expected, fault.Failure);
    }

    [Fact]
    public void A_profile_that_a_person_edited_may_have_blanks_and_leave_out_what_was_left_out()
    {
        var text = """
            { "format": "holdfast-infrastructure", "version": 1, "provider": "aks", "resourceId": "/a", "region": "north",
              "kubernetesVersion": "1.33.2", "readAt": "2026-11-22T05:30:00Z",
              "resources": [ { "type": "t", "id": "/a", "apiVersion": "1", "model": { } } ] }
            """;

        var profile = InfrastructureDocument.ReadPlain(JsonSerializer.Deserialize<JsonElement>(text), "a file");

        Assert.Equal(("aks", 0), (profile.Provider, profile.LeftOut.Length));
    }

    [Theory]
    [InlineData(ImmutabilityMode.Locked)]
    [InlineData(ImmutabilityMode.Unlocked)]
    public async Task Every_blob_of_a_point_is_kept_as_firmly_as_it_was_asked(ImmutabilityMode mode)
    {
        var until = SamplePoint.Time.AddDays(7);
        var request = Request(Profile("/a")) with { KeepUntil = until, Mode = mode };
        var point = await SamplePoint.WriteAsync(store, Shop, request: request);

        var blobs = await store.ListAsync(VaultPaths.Cluster(SamplePoint.Cluster), default).ToListAsync();

        Assert.Contains(blobs, b => b.Path == VaultPaths.Infrastructure(SamplePoint.Cluster, point.Id));
        Assert.All(blobs, b => Assert.Equal(new ImmutabilityTerm(until, mode), b.Term));
    }

    private Task<SealedPoint> SealAsync(InfrastructureProfile profile) => SamplePoint.WriteAsync(store, Shop, request: Request(profile));

    private static SealRequest Request(InfrastructureProfile profile) => new(PointState.Succeeded, null) { Infrastructure = profile };

    private static InfrastructureProfile Profile(params string[] ids) =>
        new()
        {
            Provider = "aks",
            ResourceId = ids[0],
            Region = "north",
            KubernetesVersion = "1.33.2",
            ReadAt = SamplePoint.Time,
            Resources =
            [
                .. ids.Select(id => new InfrastructureResource("t", id, "1", JsonSerializer.Deserialize<JsonElement>("""{"n":1}"""))),
            ],
        };
}
