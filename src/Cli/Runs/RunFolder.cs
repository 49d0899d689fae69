using Holdfast.Cli.Errors;
using Holdfast.Machine.Files;
using Holdfast.Restore;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Cli.Runs;

/// <summary>One restore's own folder: beside its plan, each step's outcome as it comes.</summary>
internal sealed class RunFolder : BegunFolder, IRestoreJournal
{
    private RestorePlan? plan;

    private RunFolder(string name)
        : base(BegunKind.Restore, name) { }

    public string OutcomesPath => PathOf("outcomes.ndjson");

    private string SafetyPath => PathOf("safety-point.json");

    /// <summary>Stores a plan that is about to be applied.</summary>
    /// <exception cref="UsageException">The plan was begun before.</exception>
    public static async Task<RunFolder> BeginAsync(RestorePlan plan, RunOrigin origin, CancellationToken cancellation)
    {
        var folder = new RunFolder(plan.Name);
        folder.Create();
        await folder.StorePlanAsync(PlanDocument.Kept(plan), cancellation);
        await folder.StoreOriginAsync(origin, cancellation);
        return folder;
    }

    /// <summary>Begins a run that makes its plan later, when its target is there.</summary>
    public static async Task<RunFolder> BeginAsync(string name, RunOrigin origin, CancellationToken cancellation)
    {
        var folder = new RunFolder(name);
        OwnerOnly.CreateFolder(folder.Path);
        await folder.StoreOriginAsync(origin, cancellation);
        return folder;
    }

    /// <summary>The folder of a run that was begun; null: it wasn't, here.</summary>
    public static RunFolder? Find(string name) => new RunFolder(name) is { IsBegun: true } folder ? folder : null;

    /// <exception cref="UsageException">There is no such run here.</exception>
    public static RunFolder Open(string name)
    {
        var folder = new RunFolder(name);
        folder.RequireBegun();
        return folder;
    }

    public Task<RestorePlan?> ReadPlanAsync(CancellationToken cancellation) =>
        Task.FromResult(plan ??= File.Exists(PlanPath) ? PlanFile.Read(PlanPath) : null);

    /// <summary>Whatever a beginning that was broken off has left: only its owner begins a run, and only once.</summary>
    public async Task<RestorePlan> StorePlanAsync(RestorePlan kept, CancellationToken cancellation)
    {
        await PlanFile.WriteAsync(PlanPath, kept, cancellation);
        return plan = kept;
    }

    public Task<SafetyPoint?> ReadSafetyPointAsync(CancellationToken cancellation) =>
        Task.FromResult(
            File.Exists(SafetyPath) ? SafetyPoint.Read(RegularFile.Read(SafetyPath, LargestOrigin, Links.Refused), SafetyPath) : null
        );

    public Task StoreSafetyPointAsync(SafetyPoint taken, CancellationToken cancellation) =>
        File.Exists(SafetyPath) ? Task.CompletedTask : WriteAsync(SafetyPath, taken.Write(), cancellation);

    public IOutcomeLog OpenOutcomes(string plan)
    {
        var outcomes = new OutcomeLog(OutcomesPath);
        outcomes.Open(plan);
        return outcomes;
    }

    /// <summary>Nothing that a later run could continue is in it.</summary>
    public void Remove() => Directory.Delete(Path, recursive: true);

    /// <summary>Removes the folder when no step has an outcome.</summary>
    public void RemoveUnlessBegun()
    {
        using var outcomes = new OutcomeLog(OutcomesPath);
        if (outcomes.Read().Count == 0)
            Directory.Delete(Path, recursive: true);
    }
}
