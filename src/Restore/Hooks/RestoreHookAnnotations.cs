using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Control.Hooks;
using Holdfast.Control.Policies;
using Holdfast.Manifests;

namespace Holdfast.Restore.Hooks;

/// <summary>
/// Reads restore hooks from the annotations of a Pod or of a template: Holdfast's, and Velero's where there are none of those of the kind.
/// What Velero replaces by a default (an unreadable time-out or array, an unknown <c>on-error</c>) is a problem here. Pure.
/// </summary>
/// <remarks>
/// Velero's: https://velero.io/docs/main/restore-hooks/ and internal/hook/item_hook_handler.go. Its exec hooks continue after an error,
/// wait only for a running container, and wait without a limit, for which the default limit stands here.
/// </remarks>
internal static class RestoreHookAnnotations
{
    public const string OwnExec = "post.hook.restore.holdfast.dev/";
    public const string OwnInit = "init.hook.restore.holdfast.dev/";
    public const string VeleroExec = "post.hook.restore.velero.io/";
    public const string VeleroInit = "init.hook.restore.velero.io/";

    private const string Command = "command";
    private const string Container = "container";
    private const string OnError = "on-error";
    private const string Wait = "wait-timeout";
    private const string WaitForReady = "wait-for-ready";
    private const string Image = "container-image";
    private const string Name = "container-name";
    private const string InitName = "holdfast-restore-init";

    private static readonly string[] ExecMembers = [Command, Container, OnError, "timeout", Wait, WaitForReady];
    private static readonly string[] InitMembers = [Command, Container, Image, Name];

    /// <param name="pod">A Pod or a template.</param>
    /// <param name="from">Where its manifest is in the point.</param>
    public static FoundHooks Read(JsonObject? pod, ManifestLocation from)
    {
        if (pod.Object("metadata").Object("annotations") is not { Count: > 0 } annotations)
            return FoundHooks.None;
        var hooks = ImmutableArray.CreateBuilder<StepHook>();
        var problems = ImmutableArray.CreateBuilder<HookProblem>();
        foreach (var reading in Readings(annotations, pod.Object("spec")))
        {
            var hook = reading.Hook(from);
            if (reading.Problems.Count == 0)
                hooks.Add(hook);
            else
                problems.AddRange(reading.Problems.Select(p => new HookProblem(reading.Prefix + p.Member, p.Why, hook.OnError)));
        }
        return hooks.Count + problems.Count == 0 ? FoundHooks.None : new(hooks.ToImmutable(), problems.ToImmutable());
    }

    /// <summary>The program and arguments of a hook that was read; none: the image's own, of an init container.</summary>
    public static ImmutableArray<string> CommandOf(StepHook hook, JsonObject? pod) =>
        pod.Object("metadata").Object("annotations").Text(hook.Source + Command) is { Length: > 0 } text
            ? HookCommandText.Parse(text).Words
            : [];

    /// <summary>Of an init hook: the container whose volumes it mounts, too; null: of Velero's, which mount none.</summary>
    public static string? MountsOf(StepHook hook, JsonObject? pod) =>
        hook.Source == OwnInit
            ? pod.Object("metadata").Object("annotations").Text(OwnInit + Container) is { Length: > 0 } named
                ? named
                : pod.Object("spec").Objects("containers").FirstOrDefault().Text("name")
            : null;

    private static IEnumerable<Reading> Readings(JsonObject annotations, JsonObject? spec)
    {
        if (Has(annotations, OwnExec))
            yield return new(RestoreHookKind.Exec, annotations, spec, OwnExec);
        else if (!string.IsNullOrEmpty(annotations.Text(VeleroExec + Command)))
            yield return new(RestoreHookKind.Exec, annotations, spec, VeleroExec);
        if (Has(annotations, OwnInit))
            yield return new(RestoreHookKind.Init, annotations, spec, OwnInit);
        else if (!string.IsNullOrEmpty(annotations.Text(VeleroInit + Image)))
            yield return new(RestoreHookKind.Init, annotations, spec, VeleroInit);
    }

    private static bool Has(JsonObject annotations, string prefix) =>
        annotations.Any(a => a.Key.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>One hook being read.</summary>
    private sealed class Reading(RestoreHookKind kind, JsonObject annotations, JsonObject? spec, string prefix)
    {
        private bool IsOwn => prefix is OwnExec or OwnInit;

        public string Prefix => prefix;

        public List<(string Member, string Why)> Problems { get; } = [];

        public StepHook Hook(ManifestLocation from)
        {
            if (IsOwn)
                RefuseUnknown();
            return kind == RestoreHookKind.Exec ? Exec(from) : Init(from);
        }

        private StepHook Exec(ManifestLocation from)
        {
            if (HookCommandText.Parse(Value(Command)).Problem is { } problem)
                Problems.Add((Command, problem));
            var timeout = IsOwn ? "timeout" : "exec-timeout";
            return new(kind, prefix, from)
            {
                Container = ReadContainer(),
                OnError = ReadOnError(),
                TimeoutSeconds = ReadDuration(timeout, HookCommand.DefaultTimeout, HookCommand.LongestTimeout, "10 minutes"),
                WaitSeconds = ReadDuration(Wait, StepHook.DefaultWait, StepHook.LongestWait, "30 minutes"),
                WaitsForReady = ReadFlag(),
            };
        }

        private StepHook Init(ManifestLocation from)
        {
            if (Value(Image) is null)
                Problems.Add((Image, "is missing or empty; write the init container's image"));
            if (Value(Command) is { } command && HookCommandText.Parse(command).Problem is { } problem)
                Problems.Add((Command, problem));
            if (IsOwn)
                ReadContainer();
            return new(kind, prefix, from) { Container = Value(Name) ?? InitName, Image = Value(Image) };
        }

        private string? Value(string member) => annotations.Text(prefix + member) is { Length: > 0 } text ? text : null;

        private void RefuseUnknown()
        {
            var members = kind == RestoreHookKind.Exec ? ExecMembers : InitMembers;
            foreach (var (key, _) in annotations)
                if (key.StartsWith(prefix, StringComparison.Ordinal) && key[prefix.Length..] is var member && !members.Contains(member))
                    Problems.Add(
                        (Quoted.Short(member), $"is unknown{NearMatches.Among(member, members)} Known are {string.Join(", ", members)}")
                    );
        }

        private string? ReadContainer()
        {
            if (Value(Container) is not { } name)
                return null;
            var names = spec.Objects("containers").Concat(spec.Objects("initContainers")).Select(c => c.Text("name") ?? "").ToList();
            if (!names.Contains(name))
                Problems.Add((Container, $"the pod has no container '{Quoted.Short(name)}'{NearMatches.Among(name, names)}"));
            return name;
        }

        private OnHookError ReadOnError()
        {
            var text = Value(OnError);
            if (text is not (null or nameof(OnHookError.Fail) or nameof(OnHookError.Continue)))
                Problems.Add((OnError, $"'{Quoted.Short(text)}' is unknown; write Fail or Continue"));
            return text == nameof(OnHookError.Continue) || (text is null && !IsOwn) ? OnHookError.Continue : OnHookError.Fail;
        }

        private bool ReadFlag()
        {
            var text = Value(WaitForReady);
            if (text is not (null or "true" or "false"))
                Problems.Add((WaitForReady, $"'{Quoted.Short(text)}' is neither true nor false"));
            return text is null ? IsOwn : text == "true";
        }

        private double ReadDuration(string member, int otherwise, int longest, string longestText)
        {
            if (Value(member) is not { } text)
                return otherwise;
            if (GoDuration.TryParse(text) is { } duration && duration > TimeSpan.Zero && duration.TotalSeconds <= longest)
                return duration.TotalSeconds;
            Problems.Add(
                (
                    member,
                    $"'{Quoted.Short(text)}' isn't a duration above 0 and up to {longestText} with its unit; write one such as 30s or 2m"
                )
            );
            return otherwise;
        }
    }
}
