using System.Collections.Frozen;
using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Restore.PlanDocuments;

/// <summary>A plan's steps by what is asked of them while applying. Immutable.</summary>
internal sealed class PlanIndex
{
    private readonly FrozenDictionary<int, RestoreStep> byNumber;
    private readonly Lazy<Dictionary<ObjectKey, RestoreStep>> byKey;
    private readonly Dictionary<string, RestoreStep> definitions;
    private readonly Dictionary<string, RestoreStep> namespaces;
    private readonly HashSet<string> written;

    /// <exception cref="RestoreException">BadPlan: the steps are not in the order of applying.</exception>
    public PlanIndex(RestorePlan plan)
    {
        for (var i = 1; i < plan.Steps.Length; i++)
        {
            if (plan.Steps[i].Number <= plan.Steps[i - 1].Number || plan.Steps[i].Stage < plan.Steps[i - 1].Stage)
                throw new RestoreException(
                    RestoreRefusal.BadPlan,
                    $"step {plan.Steps[i].Number} of the plan is out of order: the plan was changed after planning. Plan the restore again"
                );
        }
        byNumber = plan.Steps.ToFrozenDictionary(s => s.Number);
        byKey = new(() => plan.Steps.ToDictionary(s => new ObjectKey(s.Resource, s.Namespace, s.Name)));
        definitions = plan.Steps.Where(s => s.Resource == KnownTypes.CustomResourceDefinitions).ToDictionary(s => s.Name);
        namespaces = plan.Steps.Where(s => s.Resource == KnownTypes.Namespaces).ToDictionary(s => s.Name);
        written = [.. plan.Steps.Where(s => s.Namespace is not null && Writes(s)).Select(s => s.Namespace!)];
    }

    /// <exception cref="RestoreException">BadPlan: the plan has no such step.</exception>
    public RestoreStep this[int number] =>
        byNumber.TryGetValue(number, out var step)
            ? step
            : throw new RestoreException(
                RestoreRefusal.BadPlan,
                $"the plan has no step {number}: a slice or an outcome belongs to another plan"
            );

    public RestoreStep? Find(ObjectKey key) => byKey.Value.GetValueOrDefault(key);

    /// <summary>The step of a custom type's definition, which is named as the type: <c>widgets.example.com</c>.</summary>
    public RestoreStep? DefinitionOf(string groupResource) => definitions.GetValueOrDefault(groupResource);

    public RestoreStep? NamespaceOf(string? ns) => ns is null ? null : namespaces.GetValueOrDefault(ns);

    /// <summary>Something in the namespace will be written.</summary>
    public bool IsWrittenTo(string ns) => written.Contains(ns);

    /// <summary>While it is being deleted, nothing can be written into it.</summary>
    public static bool IsContainer(RestoreStep step) => step.Resource is KnownTypes.Namespaces or KnownTypes.CustomResourceDefinitions;

    public static bool Writes(RestoreStep step) =>
        step.Action is StepAction.Create or StepAction.Update or StepAction.Replace or StepAction.Recreate;
}
