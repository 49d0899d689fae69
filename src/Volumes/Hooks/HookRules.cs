using System.Collections.Immutable;
using Holdfast.Control.Policies;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Volumes.Hooks;

/// <summary>
/// Decides which hooks a pod has: for each phase those of its annotations, else those of the policy and the request, in their order.
/// Immutable; pure.
/// </summary>
public sealed class HookRules
{
    private readonly ImmutableArray<(PolicyHook Hook, LabelSelector? Selector)> policy;

    /// <param name="policy">Of a policy that was read from its document; null: none.</param>
    /// <exception cref="FormatException">A label selector isn't one; a policy that was read has none such.</exception>
    public HookRules(ImmutableArray<PolicyHook>? policy) =>
        this.policy = [.. (policy ?? []).Select(h => (h, h.LabelSelector is { } text ? Parse(text) : null))];

    /// <summary>Null: the pod has no hooks, or isn't running.</summary>
    public PodHooks? For(HookPod pod)
    {
        if (!pod.IsRunning)
            return null;
        var (order, fault) = HookAnnotations.ReadOrder(pod);
        var (pre, post) = (Read(pod, HookPhase.Pre), Read(pod, HookPhase.Post));
        if (pre.Specs.IsEmpty && post.Specs.IsEmpty && pre.Faults.IsEmpty && post.Faults.IsEmpty)
            return null;
        var faults = fault is null ? pre.Faults : pre.Faults.Insert(0, fault);
        return new(pod.Namespace, pod.Name, order, pre.Specs, post.Specs, [.. faults, .. post.Faults]);
    }

    private (ImmutableArray<HookSpec> Specs, ImmutableArray<HookFault> Faults) Read(HookPod pod, HookPhase phase)
    {
        if (HookAnnotations.Read(pod, phase) is { } annotated)
            return (annotated.Spec is { } only ? [only] : [], annotated.Faults);
        var specs = ImmutableArray.CreateBuilder<HookSpec>();
        var faults = ImmutableArray.CreateBuilder<HookFault>();
        foreach (var (hook, selector) in policy)
        {
            if (!hook.Namespaces.IsEmpty && !hook.Namespaces.Contains(pod.Namespace, StringComparer.Ordinal))
                continue;
            if (selector?.Matches(pod.Labels) == false)
                continue;
            foreach (var command in phase == HookPhase.Pre ? hook.Pre : hook.Post)
            {
                var spec = Spec(hook, command, pod);
                specs.Add(spec);
                if (HookContainers.Fault(pod, spec.Container) is { } why)
                    faults.Add(new(phase, spec.Source, why, spec.OnError));
            }
        }
        return (specs.ToImmutable(), faults.ToImmutable());
    }

    private static HookSpec Spec(PolicyHook hook, HookCommand command, HookPod pod) =>
        new(
            hook.OfRequest ? $"hook {hook.Name} of the request" : $"policy hook {hook.Name}",
            command.Container ?? pod.DefaultContainer,
            command.Command,
            TimeSpan.FromSeconds(command.TimeoutSeconds),
            command.OnError
        );

    private static LabelSelector Parse(string text) => LabelSelector.TryParse(text, out var error) ?? throw new FormatException(error);
}
