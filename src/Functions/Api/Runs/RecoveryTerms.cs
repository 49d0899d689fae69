using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Restore.Recovery;

namespace Holdfast.Functions.Api.Runs;

/// <summary>Finds the points and the targets of a recovery that is asked for.</summary>
internal sealed class RecoveryTerms(ApiRequest request)
{
    private readonly List<ProblemError> errors = [];
    private readonly PointCatalog points = new(request.App.Environment.Vault, request.App.Environment.Trust);

    /// <returns>The document with each point by its id and each target by its registered name; of a drill, as the drill does it.</returns>
    /// <exception cref="ProblemException">With all that is wrong.</exception>
    public async Task<RecoveryDocument> ResolveAsync(NewRecoveryPlan asked)
    {
        if (asked.Recovery is not { } document)
            throw Invalid([new("/recovery", "give the recovery's document")]);
        errors.AddRange(document.Problems().Select(problem => new ProblemError("/recovery", problem)));
        if (asked.Drill && document.Drill is null)
            errors.Add(new("/recovery/drill", "say how the recovery is rehearsed: namespaceSuffix, target or both"));
        ThrowIfAny();
        var meant = asked.Drill ? RecoveryDrill.Of(document) : document;
        var groups = new List<RecoveryGroup>();
        foreach (var (g, group) in meant.Groups.Index())
        {
            var restores = new List<RecoveryRestore>();
            foreach (var (r, restore) in group.Restores.Index())
                restores.Add(await ResolveAsync(restore, $"/recovery/groups/{g}/restores/{r}"));
            groups.Add(group with { Restores = [.. restores] });
        }
        ThrowIfAny();
        return meant with { Groups = [.. groups], Drill = null };
    }

    private async Task<RecoveryRestore> ResolveAsync(RecoveryRestore restore, string path)
    {
        var target = restore.Target is { } named ? named.Cluster : RecoveryRequests.ClusterOf(restore);
        if (target is not { } into)
            errors.Add(new($"{path}/target/cluster", "name the registered cluster: a service reads no kubeconfigs"));
        else if (await RestoreTerms.TroubleAsync(request, into) is { } trouble)
            errors.Add(new(restore.Target is null ? $"{path}/request/cluster" : $"{path}/target/cluster", trouble));
        var point = await PointAsync(restore, path);
        return restore with { Point = point?.ToString(), Before = null, Target = new(target) };
    }

    private async Task<PointId?> PointAsync(RecoveryRestore restore, string path)
    {
        try
        {
            return await RecoveryRequests.PointAsync(points, restore, request.Cancellation);
        }
        catch (ArchiveException none) when (none.Failure == ArchiveFailure.NotFound)
        {
            errors.Add(new($"{path}/{(restore.Before is null ? "point" : "before")}", none.Message));
            return null;
        }
    }

    private void ThrowIfAny()
    {
        if (errors.Count > 0)
            throw Invalid([.. errors]);
    }

    public static ProblemException Invalid(ProblemError[] errors) => new(Problem.Invalid("the recovery request is invalid", [.. errors]));
}
