using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>
/// Reconciles part of the cluster with what its objects specify. Called by one loop only; must tolerate observing a change twice.
/// </summary>
internal abstract class Controller(ClusterObjects objects)
{
    protected const string Manager = "kube-controller-manager";

    protected ClusterObjects Objects { get; } = objects;

    /// <summary>Observes a change without acting on it.</summary>
    public abstract void Observe(StoredVersion change);

    /// <summary>Does what can be done now, and keeps the rest until another change.</summary>
    public abstract void Act();

    /// <summary>Changes an existing object.</summary>
    protected void Change(ObjectPath path, Action<JsonObject> change, string subresource = "") =>
        Try(() =>
            Objects.Writer.Update(
                path,
                new WriteContext(Manager, subresource),
                live =>
                {
                    var next = live.DeepClone().AsObject();
                    change(next);
                    return next;
                }
            )
        );

    protected void RemoveFinalizer(ObjectPath path, string finalizer) =>
        Change(
            path,
            content =>
            {
                var finalizers = content["metadata"]!["finalizers"] as JsonArray ?? [];
                if (finalizers.FirstOrDefault(f => (string?)f == finalizer) is { } found)
                    finalizers.Remove(found);
            }
        );

    /// <summary>Another writer may have been faster: its change will be observed.</summary>
    protected static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (ApiError)
        {
            // Gone, or changed, or its namespace is ending.
        }
    }
}
