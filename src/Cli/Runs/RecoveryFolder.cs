using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Cli.Errors;
using Holdfast.Machine.Files;
using Holdfast.Restore;
using Holdfast.Restore.Recovery;

namespace Holdfast.Cli.Runs;

/// <summary>How far a recovery is.</summary>
internal sealed record RecoveryProgress
{
    public static readonly RecoveryProgress None = new();

    /// <summary>Restores that ended, by their names in the recovery; one that isn't complete is resumed.</summary>
    public ImmutableSortedDictionary<string, EndedRestore> Restores { get; init; } =
        ImmutableSortedDictionary.Create<string, EndedRestore>(StringComparer.Ordinal);

    /// <summary>Groups after which the next one may begin.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>The group after which it stopped for a person; resuming is that person's decision.</summary>
    public string? PausedAfter { get; init; }

    /// <summary>When its first attempt began to write. Null: none has.</summary>
    public DateTimeOffset? AppliedFrom { get; init; }

    /// <summary>Since when it waits for that person. Null: it doesn't.</summary>
    public DateTimeOffset? PausedSince { get; init; }

    /// <summary>For how long it has waited for someone to confirm.</summary>
    public double PausedSeconds { get; init; }
}

/// <param name="Seconds">How long it took, its last attempt alone.</param>
internal sealed record EndedRestore(RestoreReport Report, double Seconds)
{
    /// <summary>As it ended.</summary>
    public RestoreReport Whole() => Report with { Duration = TimeSpan.FromSeconds(Seconds) };
}

/// <summary>
/// One recovery's own folder: beside its plan, how far it is. Its restores have folders of their own (<see cref="RunFolder"/>).
/// </summary>
internal sealed class RecoveryFolder : BegunFolder
{
    /// <summary>In bytes: the plan of a million objects has less.</summary>
    private const int Largest = 1 << 30;

    private RecoveryFolder(string name)
        : base(BegunKind.Recovery, name) { }

    private string ProgressPath => PathOf("progress.json");

    /// <exception cref="UsageException">The plan was begun before.</exception>
    public static async Task<RecoveryFolder> BeginAsync(RecoveryPlan plan, RunOrigin origin, CancellationToken cancellation)
    {
        var folder = new RecoveryFolder(plan.Name);
        folder.Create();
        await WriteAsync(folder.PlanPath, RecoveryPlanDocument.Write(plan), cancellation);
        await folder.StoreOriginAsync(origin, cancellation);
        return folder;
    }

    /// <exception cref="UsageException">There is no such recovery here.</exception>
    public static RecoveryFolder Open(string name)
    {
        var folder = new RecoveryFolder(name);
        folder.RequireBegun();
        return folder;
    }

    public RecoveryPlan ReadPlan() => RecoveryPlanDocument.Read(RegularFile.Read(PlanPath, Largest));

    public RecoveryProgress ReadProgress() =>
        File.Exists(ProgressPath) ? KeptFile.Read(ProgressPath, Largest, RunJson.Default.RecoveryProgress) : RecoveryProgress.None;

    public Task StoreAsync(RecoveryProgress progress, CancellationToken cancellation) =>
        WriteAsync(ProgressPath, JsonSerializer.SerializeToUtf8Bytes(progress, RunJson.Default.RecoveryProgress), cancellation);
}
