using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Control.Hooks;
using Holdfast.Control.Policies;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Hooks;

/// <summary>
/// Reads a pod's hooks from its annotations: Holdfast's, and Velero's where the pod has none of those for the phase. Velero's rules
/// (velero.io/docs/main/backup-hooks, internal/hook/item_hook_handler.go): a command that begins with a bracket is a JSON array, anything
/// else one program without arguments; a pod without a command has no hook; the form without a phase is a pre hook. What Velero replaces by
/// a default (an unreadable time-out or array, an unknown <c>on-error</c>) is a fault here.
/// </summary>
internal static class HookAnnotations
{
    private const string Order = "holdfast.dev/hook-order";
    private const string Command = "command";
    private const string Container = "container";
    private const string OnError = "on-error";
    private const string TimeLimit = "timeout";

    private static readonly string[] Members = [Command, Container, OnError, TimeLimit];
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(HookCommand.DefaultTimeout);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(HookCommand.LongestTimeout);

    /// <summary>Null: the pod's annotations say nothing of this phase. Otherwise a hook, or what is wrong with it.</summary>
    public static (HookSpec? Spec, ImmutableArray<HookFault> Faults)? Read(HookPod pod, HookPhase phase)
    {
        var own = $"{Prefix(phase)}.hook.holdfast.dev/";
        if (pod.Annotations.Keys.Any(k => k.StartsWith(own, StringComparison.Ordinal)))
            return new Reading(pod, phase, own).Whole(isOwn: true);
        var veleros =
            phase == HookPhase.Pre ? new[] { "pre.hook.backup.velero.io/", "hook.backup.velero.io/" } : ["post.hook.backup.velero.io/"];
        foreach (var prefix in veleros)
        {
            if (!string.IsNullOrEmpty(pod.Annotations.GetValueOrDefault(prefix + Command)))
                return new Reading(pod, phase, prefix).Whole(isOwn: false);
        }
        return null;
    }

    /// <summary>0 without the annotation.</summary>
    public static (int Order, HookFault? Fault) ReadOrder(HookPod pod)
    {
        if (pod.Annotations.GetValueOrDefault(Order) is not { } text)
            return (0, null);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var order)
            ? (order, null)
            : (
                0,
                new(
                    HookPhase.Pre,
                    $"annotation {Order}",
                    $"'{Quoted.Short(text)}' isn't a whole number; write one such as 10",
                    OnHookError.Fail
                )
            );
    }

    private static string Prefix(HookPhase phase) => phase == HookPhase.Pre ? "pre" : "post";

    /// <summary>One hook being read.</summary>
    private sealed class Reading(HookPod pod, HookPhase phase, string prefix)
    {
        private readonly List<(string Member, string Why)> problems = [];

        public (HookSpec?, ImmutableArray<HookFault>) Whole(bool isOwn)
        {
            if (isOwn)
                RefuseUnknown();
            var onError = ReadOnError();
            var spec = new HookSpec($"annotation {prefix}{Command}", ReadContainer(), ReadCommand(), ReadTimeout(), onError);
            return problems.Count == 0
                ? (spec, [])
                : (null, [.. problems.Select(p => new HookFault(phase, $"annotation {prefix}{p.Member}", p.Why, onError))]);
        }

        private string? Value(string member) => pod.Annotations.GetValueOrDefault(prefix + member);

        private void RefuseUnknown()
        {
            foreach (
                var key in pod.Annotations.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            )
            {
                var member = key[prefix.Length..];
                if (!Members.Contains(member, StringComparer.Ordinal))
                    problems.Add(
                        (Quoted.Short(member), $"is unknown{NearMatches.Among(member, Members)} Known are {string.Join(", ", Members)}")
                    );
            }
        }

        private ImmutableArray<string> ReadCommand()
        {
            var command = HookCommandText.Parse(Value(Command));
            if (command.Problem is { } problem)
                problems.Add((Command, problem));
            return command.Words;
        }

        private string ReadContainer()
        {
            if (string.IsNullOrEmpty(Value(Container)))
                return pod.DefaultContainer;
            var name = Value(Container)!;
            if (HookContainers.Fault(pod, name) is { } fault)
                problems.Add((Container, fault));
            return name;
        }

        private OnHookError ReadOnError()
        {
            switch (Value(OnError))
            {
                case null or "" or nameof(OnHookError.Fail):
                    return OnHookError.Fail;
                case nameof(OnHookError.Continue):
                    return OnHookError.Continue;
                case var other:
                    problems.Add((OnError, $"'{Quoted.Short(other)}' is unknown; write Fail or Continue"));
                    return OnHookError.Fail;
            }
        }

        private TimeSpan ReadTimeout()
        {
            if (string.IsNullOrEmpty(Value(TimeLimit)))
                return DefaultTimeout;
            var text = Value(TimeLimit)!;
            if (GoDuration.TryParse(text) is { } timeout && timeout > TimeSpan.Zero && timeout <= LongestTimeout)
                return timeout;
            problems.Add(
                (
                    TimeLimit,
                    $"'{Quoted.Short(text)}' isn't a duration above 0 and up to 10 minutes with its unit; write one such as 30s or 2m"
                )
            );
            return DefaultTimeout;
        }
    }
}
