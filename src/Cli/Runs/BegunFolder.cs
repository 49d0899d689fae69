using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Signing;
using Holdfast.Cli.Errors;
using Holdfast.Control.Registration;
using Holdfast.Machine.Files;

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

/// <summary>What is begun in a folder of its own.</summary>
/// <param name="Folder">That holds all of them: <c>runs</c>.</param>
/// <param name="Noun">For a person: <c>run</c>.</param>
/// <param name="Resume">The command that resumes one, up to its name.</param>
internal sealed record BegunKind(string Folder, string Noun, string Resume)
{
    private const int Digits = 12;

    public static readonly BegunKind Restore = new("runs", "run", "holdfast restore --resume");
    public static readonly BegunKind Recovery = new("recoveries", "recovery", "holdfast recovery run --resume");

    /// <summary>Under <c>$XDG_STATE_HOME/holdfast</c> (default <c>~/.local/state</c>).</summary>
    public string Root =>
        Path.Combine(
            Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state && Path.IsPathRooted(state)
                ? state
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
            "holdfast",
            Folder
        );

    /// <summary>A name for a new plan, and for the run that applies it.</summary>
    public static string NewName() => RandomNumberGenerator.GetHexString(Digits, lowercase: true);

    public string PathOf(string name) =>
        name.Length == Digits && name.All(char.IsAsciiHexDigitLower)
            ? Path.Combine(Root, name)
            : throw new UsageException($"'{name}' names no {Noun}: {Digits} of 0-9 and a-f are expected");
}

/// <summary>
/// The folder of something that this program has begun and may resume: its plan before anything is written to a cluster, and where its
/// vault and target are. Readable by its owner only.
/// </summary>
internal abstract class BegunFolder(BegunKind kind, string name)
{
    /// <summary>In bytes.</summary>
    protected const int LargestOrigin = 1 << 20;

    public string Path { get; } = kind.PathOf(name);

    public string PlanPath => PathOf("plan.json");

    /// <summary>Written last: a folder without it was never begun.</summary>
    public bool IsBegun => File.Exists(OriginPath);

    private string OriginPath => PathOf("origin.json");

    public RunOrigin ReadOrigin() => KeptFile.Read(OriginPath, LargestOrigin, RunJson.Default.RunOrigin);

    /// <exception cref="UsageException">It was begun before.</exception>
    protected void Create()
    {
        if (IsBegun)
            throw new UsageException(
                $"this plan was begun before, as {kind.Noun} {name}: resume it with `{kind.Resume} {name}`, or plan again"
            );
        OwnerOnly.CreateFolder(Path);
    }

    /// <exception cref="UsageException">It was never begun here.</exception>
    protected void RequireBegun()
    {
        if (!IsBegun)
            throw new UsageException(
                $"there is no {kind.Noun} {name} in {kind.Root}; a {kind.Noun} is resumed on the machine, and by the user, that began it"
            );
    }

    protected Task StoreOriginAsync(RunOrigin origin, CancellationToken cancellation) =>
        WriteAsync(OriginPath, JsonSerializer.SerializeToUtf8Bytes(origin, RunJson.Default.RunOrigin), cancellation);

    protected static Task WriteAsync(string path, byte[] content, CancellationToken cancellation) =>
        OwnerOnly.WriteAsync(path, $"{path}.{BegunKind.NewName()}.tmp", content, cancellation);

    protected string PathOf(string file) => System.IO.Path.Combine(Path, file);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(RunOrigin))]
[JsonSerializable(typeof(RecoveryProgress))]
internal sealed partial class RunJson : JsonSerializerContext;
