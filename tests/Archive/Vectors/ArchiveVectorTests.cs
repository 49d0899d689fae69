using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Verification;

namespace Holdfast.Archive.Tests.Vectors;

/// <summary>
/// tests/vectors/archive matches the code that describes it, and the reader handles the vectors as they say. HOLDFAST_WRITE_VECTORS=1
/// rewrites them.
/// </summary>
public sealed class ArchiveVectorTests
{
    public static TheoryData<string> Written => [.. ArchiveVectors.All().Select(v => v.Name)];

    public static TheoryData<string> Kept =>
        [.. Directory.GetFiles(VectorFile.Folder(), "*.json").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Written))]
    public void A_vector_is_what_its_description_makes(string name)
    {
        var made = VectorFile.Of(ArchiveVectors.All().Single(v => v.Name == name)).ToJson();
        var path = Path.Combine(VectorFile.Folder(), name + ".json");
        if (Environment.GetEnvironmentVariable("HOLDFAST_WRITE_VECTORS") == "1")
            File.WriteAllText(path, made);

        Assert.Equal(File.ReadAllText(path), made);
    }

    [Theory, MemberData(nameof(Kept))]
    public async Task A_reader_makes_of_a_vector_what_it_must_and_releases_no_more(string name)
    {
        var vector = VectorFile.Read(name);
        var released = new List<string>();
        var failures = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        string? open = null;
        try
        {
            var reader = await RecoveryPointReader.OpenAsync(vector.ToStore(), ClusterName.Parse(vector.Cluster), vector.Id(), default);
            foreach (var segment in reader.Inventory.Segments)
                failures[InventoryRules.Describe(segment)] = await ReadAsync(reader, segment, released);
        }
        catch (ArchiveException e)
        {
            open = e.Failure.ToString();
        }

        Assert.Equal(vector.OpenFails, open);
        Assert.Equal(vector.ReadFails, failures);
        Assert.Equal(vector.Released, released);
    }

    [Theory, MemberData(nameof(Kept))]
    public async Task Verification_finds_in_a_vector_what_it_must(string name)
    {
        var vector = VectorFile.Read(name);

        var report = await PointVerifier.VerifyAsync(
            vector.ToStore(),
            ClusterName.Parse(vector.Cluster),
            null,
            SealTrust.Anyone,
            null,
            default
        );

        Assert.Equal(vector.Findings, report.Findings.Select(f => $"{f.Kind} {f.Path}"));
        // what retention purged can't be opened, and is no damage
        var purged = name.StartsWith("point-purged", StringComparison.Ordinal);
        var works = vector.OpenFails is null && vector.ReadFails.Values.All(f => f is null);
        // and what is locked can't be opened here, and is no damage
        var locked = vector.Findings is ["Locked keys/"];
        Assert.Equal(locked || ((works || purged) && vector.Findings.Length == 0), report.Intact);
    }

    [Theory, MemberData(nameof(Kept))]
    public async Task A_reader_releases_an_infrastructure_profile_only_if_it_is_proven(string name)
    {
        var vector = VectorFile.Read(name);
        if (vector.OpenFails is not null)
            return;
        var reader = await RecoveryPointReader.OpenAsync(vector.ToStore(), ClusterName.Parse(vector.Cluster), vector.Id(), default);
        string? fails = null;
        InfrastructureProfile? profile = null;
        try
        {
            profile = await reader.ReadInfrastructureAsync(default);
        }
        catch (ArchiveException e)
        {
            fails = e.Failure.ToString();
        }

        Assert.Equal(vector.InfrastructureFails, fails);
        Assert.Equal(fails is null && reader.Inventory.Infrastructure is not null, profile is not null);
    }

    private static async Task<string?> ReadAsync(RecoveryPointReader reader, Segment segment, List<string> released)
    {
        try
        {
            await foreach (var manifest in reader.ReadSegmentAsync(segment, default))
                released.Add(Encoding.UTF8.GetString(manifest.Span));
            return null;
        }
        catch (ArchiveException e)
        {
            return e.Failure.ToString();
        }
    }
}
