using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
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
}

/// <param name="Seconds">How long it took, its last attempt alone.</param>
internal sealed record EndedRestore(RestoreReport Report, double Seconds)
{
    /// <summary>As it ended.</summary>
    public RestoreReport Whole() => Report with { Duration = TimeSpan.FromSeconds(Seconds) };
}

/// <summary>
/// One recovery's own folder: its plan before anything is written to a cluster, then how far it is. Its restores have folders of their own
/// (<see cref="RunFolder"/>). Readable by its owner only.
/// </summary>
internal sealed class RecoveryFolder
{
    /// <summary>In bytes: the plan of a million objects has less.</summary>
    private const int Largest = 1 << 30;

    private RecoveryFolder(string path) => Path = path;

    public string Path { get; }

    private string PlanPath => System.IO.Path.Combine(Path, "plan.json");

    private string OriginPath => System.IO.Path.Combine(Path, "origin.json");

    private string ProgressPath => System.IO.Path.Combine(Path, "progress.json");

    private static string Root => RunFolder.StateFolder("recoveries");

    /// <exception cref="UsageException">The plan was begun before.</exception>
    public static async Task<RecoveryFolder> BeginAsync(RecoveryPlan plan, RunOrigin origin, CancellationToken cancellation)
    {
        var folder = new RecoveryFolder(PathOf(plan.Name));
        if (File.Exists(folder.OriginPath))
            throw new UsageException(
                $"this plan was begun before: resume it with `holdfast recovery run --resume {plan.Name}`, or plan again"
            );
        OwnerOnly.CreateFolder(folder.Path);
        await folder.WriteAsync(folder.PlanPath, RecoveryPlanDocument.Write(plan), cancellation);
        await folder.WriteAsync(
            folder.OriginPath,
            JsonSerializer.SerializeToUtf8Bytes(origin, RecoveryRunJson.Default.RunOrigin),
            cancellation
        );
        return folder;
    }

    /// <exception cref="UsageException">There is no such recovery here.</exception>
    public static RecoveryFolder Open(string name)
    {
        var folder = new RecoveryFolder(PathOf(name));
        return File.Exists(folder.OriginPath)
            ? folder
            : throw new UsageException(
                $"there is no recovery {name} in {Root}; one is resumed on the machine, and by the user, that began it"
            );
    }

    public RecoveryPlan ReadPlan() => RecoveryPlanDocument.Read(RegularFile.Read(PlanPath, Largest));

    public RunOrigin ReadOrigin() => KeptFile.Read(OriginPath, Largest, RecoveryRunJson.Default.RunOrigin);

    public RecoveryProgress ReadProgress() =>
        File.Exists(ProgressPath) ? KeptFile.Read(ProgressPath, Largest, RecoveryRunJson.Default.RecoveryProgress) : RecoveryProgress.None;

    public Task StoreAsync(RecoveryProgress progress, CancellationToken cancellation) =>
        WriteAsync(ProgressPath, JsonSerializer.SerializeToUtf8Bytes(progress, RecoveryRunJson.Default.RecoveryProgress), cancellation);

    private Task WriteAsync(string path, byte[] content, CancellationToken cancellation) =>
        OwnerOnly.WriteAsync(path, $"{path}.{RunFolder.NewName()}.tmp", content, cancellation);

    private static string PathOf(string name) =>
        name.Length == 12 && name.All(char.IsAsciiHexDigitLower)
            ? System.IO.Path.Combine(Root, name)
            : throw new UsageException($"'{name}' names no recovery: 12 of 0-9 and a-f are expected");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RunOrigin))]
[JsonSerializable(typeof(RecoveryProgress))]
internal sealed partial class RecoveryRunJson : JsonSerializerContext;
