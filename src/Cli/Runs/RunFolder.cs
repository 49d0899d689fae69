using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Invoking;
using Holdfast.Machine.Files;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Planning;

namespace Holdfast.Cli.Runs;

/// <summary>
/// Where a run's vault and target are and whose points it believes, so that <c>--resume RUN</c> needs nothing else. No credentials.
/// </summary>
/// <param name="PublicKeys">In PEM; null: none were given.</param>
/// <param name="AllowUnsigned">Points without a signature will do.</param>
internal sealed record RunOrigin(
    string Vault,
    string? Kubeconfig,
    string? Context,
    bool Entra,
    string[]? PublicKeys = null,
    bool AllowUnsigned = false
)
{
    [JsonIgnore]
    public SealTrust Trust =>
        SealTrust.Of(
            PublicKeys ?? [],
            AllowUnsigned ? UnsignedSeals.Accepted
                : PublicKeys is null ? UnsignedSeals.BeforeSigned
                : UnsignedSeals.Refused
        );
}

/// <summary>
/// One restore's own folder: the plan before anything is written to the cluster, then each step's outcome as it comes. Under
/// <c>$XDG_STATE_HOME/holdfast/runs</c> (default <c>~/.local/state</c>), readable by its owner only.
/// </summary>
internal sealed class RunFolder : IRestoreJournal
{
    private const int Digits = 12;

    /// <summary>In bytes.</summary>
    private const int LargestOrigin = 1 << 20;

    private RestorePlan? plan;

    private RunFolder(string path) => Path = path;

    public string Path { get; }

    public string PlanPath => System.IO.Path.Combine(Path, "plan.json");

    public string OutcomesPath => System.IO.Path.Combine(Path, "outcomes.ndjson");

    private string OriginPath => System.IO.Path.Combine(Path, "origin.json");

    private static string Root =>
        System.IO.Path.Combine(
            Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state && System.IO.Path.IsPathRooted(state)
                ? state
                : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
            "holdfast",
            "runs"
        );

    /// <summary>A name for a new run.</summary>
    public static string NewRun() => RandomNumberGenerator.GetHexString(Digits, lowercase: true);

    /// <summary>Stores a plan that is about to be applied. The origin is written last: a folder without one was never begun.</summary>
    /// <exception cref="UsageException">The plan was begun before.</exception>
    public static async Task<RunFolder> BeginAsync(RestorePlan plan, RunOrigin origin, CancellationToken cancellation)
    {
        var folder = new RunFolder(PathOf(plan.Run));
        if (File.Exists(folder.OriginPath))
            throw new UsageException(
                $"this plan was begun before, as run {plan.Run}: go on with `holdfast restore --resume {plan.Run}`, or plan anew"
            );
        OwnerOnly.CreateFolder(folder.Path);
        await folder.KeepPlanAsync(PlanDocument.Kept(plan), cancellation);
        var document = JsonSerializer.SerializeToUtf8Bytes(origin, RunJson.Default.RunOrigin);
        await OwnerOnly.WriteAsync(folder.OriginPath, $"{folder.OriginPath}.{NewRun()}.tmp", document, cancellation);
        return folder;
    }

    /// <exception cref="UsageException">There is no such run here.</exception>
    public static RunFolder Open(string run)
    {
        var folder = new RunFolder(PathOf(run));
        return File.Exists(folder.OriginPath)
            ? folder
            : throw new UsageException($"there is no run {run} in {Root}; a run is resumed on the machine, and by the user, that began it");
    }

    public RunOrigin ReadOrigin() => JsonSerializer.Deserialize(RegularFile.Read(OriginPath, LargestOrigin), RunJson.Default.RunOrigin)!;

    public Task<RestorePlan?> ReadPlanAsync(CancellationToken cancellation) =>
        Task.FromResult(plan ??= File.Exists(PlanPath) ? PlanFile.Read(PlanPath) : null);

    /// <summary>Whatever a beginning that was broken off has left: only its owner begins a run, and only once.</summary>
    public async Task<RestorePlan> KeepPlanAsync(RestorePlan kept, CancellationToken cancellation)
    {
        await PlanFile.WriteAsync(PlanPath, kept, cancellation);
        return plan = kept;
    }

    public IOutcomeLog OpenOutcomes(string run)
    {
        var outcomes = new OutcomeLog(OutcomesPath);
        outcomes.Open(run);
        return outcomes;
    }

    /// <summary>Removes the folder when no step has an outcome.</summary>
    public void ForgetUnlessBegun()
    {
        using var outcomes = new OutcomeLog(OutcomesPath);
        if (outcomes.Read().Count == 0)
            Directory.Delete(Path, recursive: true);
    }

    private static string PathOf(string run) =>
        run.Length == Digits && run.All(char.IsAsciiHexDigitLower)
            ? System.IO.Path.Combine(Root, run)
            : throw new UsageException($"'{run}' names no run: {Digits} of 0-9 and a-f are expected");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RunOrigin))]
internal sealed partial class RunJson : JsonSerializerContext;
