using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Errors;
using Holdfast.Control.Registration;
using Holdfast.Machine.Files;
using Holdfast.Restore;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.PlanDocuments;

namespace Holdfast.Cli.Runs;

/// <summary>
/// Where a run's vault and target are and whose points it believes, so that <c>--resume RUN</c> needs nothing else. No credentials.
/// </summary>
/// <param name="PublicKeys">In PEM; null: none were given.</param>
/// <param name="AllowUnsigned">Accept unsigned points.</param>
internal sealed record RunOrigin(
    string Vault,
    string? Kubeconfig,
    string? Context,
    bool Entra,
    string[]? PublicKeys = null,
    bool AllowUnsigned = false
)
{
    /// <summary>The AKS cluster that the run made for itself; null: the kubeconfig says where the target is.</summary>
    public AzureResourceId? MadeCluster { get; init; }

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

    private string SafetyPath => System.IO.Path.Combine(Path, "safety-point.json");

    private string OriginPath => System.IO.Path.Combine(Path, "origin.json");

    private static string Root => StateFolder("runs");

    /// <summary>Where this program keeps what it has begun, for its user.</summary>
    internal static string StateFolder(string name) =>
        System.IO.Path.Combine(
            Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state && System.IO.Path.IsPathRooted(state)
                ? state
                : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
            "holdfast",
            name
        );

    /// <summary>A name for a new plan (<see cref="RestorePlan.Name"/>), and for the run that applies it.</summary>
    public static string NewName() => RandomNumberGenerator.GetHexString(Digits, lowercase: true);

    /// <summary>Stores a plan that is about to be applied. The origin is written last: a folder without one was never begun.</summary>
    /// <exception cref="UsageException">The plan was begun before.</exception>
    public static async Task<RunFolder> BeginAsync(RestorePlan plan, RunOrigin origin, CancellationToken cancellation)
    {
        var folder = new RunFolder(PathOf(plan.Name));
        if (File.Exists(folder.OriginPath))
            throw new UsageException(
                $"this plan was begun before, as run {plan.Name}: resume it with `holdfast restore --resume {plan.Name}`, or plan again"
            );
        OwnerOnly.CreateFolder(folder.Path);
        await folder.StorePlanAsync(PlanDocument.Kept(plan), cancellation);
        await folder.StoreOriginAsync(origin, cancellation);
        return folder;
    }

    /// <summary>Begins a run that makes its plan later, when its target is there.</summary>
    public static async Task<RunFolder> BeginAsync(string name, RunOrigin origin, CancellationToken cancellation)
    {
        var folder = new RunFolder(PathOf(name));
        OwnerOnly.CreateFolder(folder.Path);
        await folder.StoreOriginAsync(origin, cancellation);
        return folder;
    }

    /// <summary>The folder of a run that was begun; null: it wasn't, here.</summary>
    public static RunFolder? Find(string name) =>
        new RunFolder(PathOf(name)) is var folder && File.Exists(folder.OriginPath) ? folder : null;

    /// <exception cref="UsageException">There is no such run here.</exception>
    public static RunFolder Open(string name)
    {
        var folder = new RunFolder(PathOf(name));
        return File.Exists(folder.OriginPath)
            ? folder
            : throw new UsageException(
                $"there is no run {name} in {Root}; a run is resumed on the machine, and by the user, that began it"
            );
    }

    public RunOrigin ReadOrigin() => KeptFile.Read(OriginPath, LargestOrigin, RunJson.Default.RunOrigin);

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
        File.Exists(SafetyPath) ? Task.CompletedTask : OwnerOnly.WriteAsync(SafetyPath, $"{SafetyPath}.tmp", taken.Write(), cancellation);

    public IOutcomeLog OpenOutcomes(string plan)
    {
        var outcomes = new OutcomeLog(OutcomesPath);
        outcomes.Open(plan);
        return outcomes;
    }

    private Task StoreOriginAsync(RunOrigin origin, CancellationToken cancellation) =>
        OwnerOnly.WriteAsync(
            OriginPath,
            $"{OriginPath}.{NewName()}.tmp",
            JsonSerializer.SerializeToUtf8Bytes(origin, RunJson.Default.RunOrigin),
            cancellation
        );

    /// <summary>Nothing that a later run could continue is in it.</summary>
    public void Remove() => Directory.Delete(Path, recursive: true);

    /// <summary>Removes the folder when no step has an outcome.</summary>
    public void RemoveUnlessBegun()
    {
        using var outcomes = new OutcomeLog(OutcomesPath);
        if (outcomes.Read().Count == 0)
            Directory.Delete(Path, recursive: true);
    }

    private static string PathOf(string name) =>
        name.Length == Digits && name.All(char.IsAsciiHexDigitLower)
            ? System.IO.Path.Combine(Root, name)
            : throw new UsageException($"'{name}' names no run: {Digits} of 0-9 and a-f are expected");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RunOrigin))]
internal sealed partial class RunJson : JsonSerializerContext;
