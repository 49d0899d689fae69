using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Control.Policies;

namespace Holdfast.Restore;

/// <summary>What a restore hook does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RestoreHookKind>))]
public enum RestoreHookKind
{
    /// <summary>Runs a command in a container of each Pod that comes of the step.</summary>
    Exec,

    /// <summary>Puts an init container in front of the others.</summary>
    Init,
}

/// <summary>
/// A restore hook of a step that creates a Pod, or what makes Pods. Never holds the command, which may have a secret in it: it is read from
/// the point when it is run.
/// </summary>
/// <param name="Source">Where it was read: the beginning of the annotations, <c>post.hook.restore.holdfast.dev/</c>.</param>
/// <param name="From">The manifest that has the annotations: the step's own, or that of a Pod which was its.</param>
public sealed record StepHook(RestoreHookKind Kind, string Source, ManifestLocation From)
{
    public const int DefaultWait = 300;
    public const int LongestWait = 1800;

    /// <summary>Of an exec hook, where it runs; null: the Pod's default container. Of an init hook, its own name.</summary>
    public string? Container { get; init; }

    /// <summary>Of an init hook; null for others.</summary>
    public string? Image { get; init; }

    /// <summary>What a failure means: the restore is partial, or it is only reported.</summary>
    public OnHookError OnError { get; init; }

    /// <summary>Of an exec hook's command.</summary>
    public double TimeoutSeconds { get; init; } = HookCommand.DefaultTimeout;

    /// <summary>How long Pods are waited for once all else is in.</summary>
    public double WaitSeconds { get; init; } = DefaultWait;

    /// <summary>An exec hook runs once its container is ready; else as soon as it runs.</summary>
    public bool WaitsForReady { get; init; }
}

/// <summary>What became of an exec hook in one Pod.</summary>
/// <param name="Uid">The Pod's.</param>
public sealed record HookRun(string Pod, string Uid, string Container)
{
    /// <summary>It was begun and nothing is known of its end.</summary>
    public bool IsOpen { get; init; }
    public int? ExitCode { get; init; }
    public double Seconds { get; init; }

    /// <summary>
    /// The beginning of what the command wrote, in one line, with control characters as escapes; what looks like a secret is withheld. For
    /// reports only. Null: nothing.
    /// </summary>
    public string? Output { get; init; }

    /// <summary>Why it failed; null: it didn't.</summary>
    public string? Error { get; init; }
}

/// <summary>A hook that was run in a Pod of a restored object.</summary>
/// <param name="Source">As <see cref="StepHook.Source"/>.</param>
public sealed record ReportedHook(string Resource, string? Namespace, string Name, string Source, OnHookError OnError, HookRun Run);

/// <summary>The hooks of one manifest.</summary>
/// <param name="Problems">Of annotations that can't be used: what is wrong, and what to write.</param>
internal sealed record FoundHooks(ImmutableArray<StepHook> Hooks, ImmutableArray<HookProblem> Problems)
{
    public static readonly FoundHooks None = new([], []);

    public bool IsEmpty => Hooks.IsEmpty && Problems.IsEmpty;
}

/// <param name="Annotation">Its name.</param>
/// <param name="OnError">Of its hook.</param>
internal sealed record HookProblem(string Annotation, string Why, OnHookError OnError);
