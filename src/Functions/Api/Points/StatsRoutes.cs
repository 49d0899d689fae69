using System.Security.Cryptography;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Control.Documents;
using Holdfast.Documents;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Retaining;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Catalogue;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;
using Holdfast.Vault.Space;

namespace Holdfast.Functions.Api.Points;

/// <summary>
/// What points take. To add it up costs a read of each inventory: figures are kept for an hour while the cluster's points are the same, and
/// added up once at a time.
/// </summary>
internal static class StatsRoutes
{
    /// <summary>More are counted by the command line alone: a request has to end.</summary>
    private const int MostPoints = 2000;

    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    public static readonly ApiRoute Read = new(
        "GET",
        "/stats/{cluster}",
        "points.stats",
        "What a cluster's recovery points take, what they share, how they grow, and what retention will free",
        Roles.AnyReader,
        ReadAsync
    )
    {
        Gives = [new(200, "Bytes throughout; at most an hour old, or newer than the newest point", ApiJson.Plain.StatsDocument)],
        Problems = [404],
    };

    private static async Task<Answer> ReadAsync(ApiRequest request)
    {
        var (environment, cluster) = (request.App.Environment, request.Cluster());
        if (!(await SealedPoints.ClustersAsync(environment.Vault, request.Cancellation)).Contains(cluster))
            throw new ProblemException(Problem.NotFound($"the vault holds nothing of cluster '{cluster}'"));
        var listed = await new VaultCatalogue(environment.Vault, environment.Trust, environment.Control).ListAsync(
            cluster,
            PointSearch.All,
            request.Cancellation
        );
        var (figures, identity) = (new KeptFigures(environment, cluster), IdentityOf(listed));
        await request.App.AddingUp.WaitAsync(request.Cancellation);
        try
        {
            var document = await figures.FindAsync(identity, environment.Time.GetUtcNow() - Kept, request.Cancellation);
            if (document is null)
            {
                document = await AddUpAsync(environment, cluster, listed, request.Cancellation);
                await figures.KeepAsync(identity, document, request.Cancellation);
            }
            return Answer.Ok(document, ApiJson.Plain.StatsDocument);
        }
        finally
        {
            request.App.AddingUp.Release();
        }
    }

    private static async Task<StatsDocument> AddUpAsync(
        RunEnvironment environment,
        ClusterName cluster,
        CheckedPoints listed,
        CancellationToken cancellation
    )
    {
        var left = Math.Max(0, listed.Points.Length - MostPoints);
        var points = listed.Points.Skip(left).Select(p => p.Point);
        var space = await new SpaceReading(environment.Vault, cluster).ReadAsync(points, cancellation);
        if (left > 0)
            return StatsDocument.Of(
                space,
                null,
                [.. listed.Faults, $"the {left} oldest points aren't counted, nor what retention frees: 'holdfast stats' does"]
            );
        var (plan, why) = await PlanAsync(environment, cluster, cancellation);
        return StatsDocument.Of(space, plan, [.. listed.Faults, .. plan?.Obstacles ?? [], .. why is null ? Array.Empty<string>() : [why]]);
    }

    /// <summary>Sizes are known also where nothing can be decided.</summary>
    private static async Task<(PrunePlan? Plan, string? Why)> PlanAsync(
        RunEnvironment environment,
        ClusterName cluster,
        CancellationToken cancellation
    )
    {
        var terms = await PolicyTerms.ReadAsync(new ControlDocuments(environment.Control), cancellation);
        var means = new PruneMeans(environment.Trust, environment.Signer, environment.Time)
        {
            Volumes = new VolumeDataRemoval(environment),
        };
        try
        {
            return (await new VaultPruning(environment.Vault, cluster, means).PlanAsync(_ => terms, cancellation), null);
        }
        catch (ArchiveException e) when (e.Failure is ArchiveFailure.Conflict)
        {
            return (null, $"what retention frees isn't known: {e.Message}");
        }
    }

    /// <summary>Another one as soon as a point is made, expires, or is damaged in another way.</summary>
    private static string IdentityOf(CheckedPoints listed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var point in listed.Points)
            hash.AppendData(Encoding.UTF8.GetBytes($"{point.Point.SealDigest}{point.Untrusted}\n"));
        foreach (var fault in listed.Faults)
            hash.AppendData(Encoding.UTF8.GetBytes($"{fault}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
