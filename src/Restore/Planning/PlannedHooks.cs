using System.Text.Json.Nodes;
using Holdfast.Control.Policies;
using Holdfast.Manifests;
using Holdfast.Restore.Hooks;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Planning;

/// <summary>
/// The restore hooks of what a plan creates: of Pods, and of what makes Pods by its template, or, where the template has none, by a Pod of
/// it that was annotated by hand.
/// </summary>
internal sealed class PlannedHooks(PlanningRun run)
{
    /// <summary>Of an object that is created.</summary>
    /// <param name="body">Prepared.</param>
    public FoundHooks Of(PlannedSubject subject, string groupResource, JsonObject body)
    {
        if (run.Request.Hooks == false || PodTemplates.Of(groupResource, body) is not { } pod)
            return FoundHooks.None;
        var found = RestoreHookAnnotations.Read(pod, subject.Location);
        Warn(found, groupResource, subject.Namespace, subject.Name);
        return found;
    }

    /// <summary>A Pod that isn't restored, since its controller makes it again.</summary>
    public void Adopt(PlannedSubject pod, JsonObject manifest)
    {
        if (run.Request.Hooks == false || manifest.Object("metadata") is not { } metadata)
            return;
        if (
            OwnedRules.Controller(metadata) is not { } controller
            || RestoreHookAnnotations.Read(manifest, pod.Location) is not { IsEmpty: false } found
        )
            return;
        var owner = new OwnerId(OwnerId.Present(controller.Group, controller.Kind), controller.Kind, pod.Namespace, controller.Name);
        var step = Deployment(owner, metadata) ?? run.Draft.Find(owner);
        if (step is not { Step: { Action: StepAction.Create, Hooks: null } } || found.Hooks.IsEmpty)
            return;
        step.Step = step.Step with { Hooks = found.Hooks };
        Warn(found, KnownTypes.Pods, pod.Namespace, pod.Name);
    }

    /// <summary>What of the object doesn't come back: hooks that can't run and whose failure counts; null: nothing.</summary>
    public static string? Shortfall(FoundHooks found) =>
        found.Problems.FirstOrDefault(p => p.OnError == OnHookError.Fail) is { } problem
            ? $"its restore hook can't run: annotation {problem.Annotation} {problem.Why}"
            : null;

    /// <summary>A Deployment's ReplicaSets are named after it and the hash of their template, which their Pods have as a label.</summary>
    private DraftStep? Deployment(OwnerId owner, JsonObject pod) =>
        owner.Kind == "ReplicaSet"
        && pod.Object("labels").Text("pod-template-hash") is { } hash
        && owner.Name.EndsWith($"-{hash}", StringComparison.Ordinal)
            ? run.Draft.Find(owner with { Kind = "Deployment", Name = owner.Name[..^(hash.Length + 1)] })
            : null;

    private void Warn(FoundHooks found, string groupResource, string? ns, string name)
    {
        foreach (var problem in found.Problems)
            run.Warnings.Add(groupResource, ns, name, $"its restore hook can't run: annotation {problem.Annotation} {problem.Why}");
    }
}
