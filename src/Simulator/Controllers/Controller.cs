using System.Text.Json.Nodes;
using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>
/// Drives some of the cluster towards what its objects ask for. Called by one loop only; may be shown a change twice, and must not mind.
/// </summary>
internal abstract class Controller(ClusterObjects objects)
{
    protected const string Manager = "kube-controller-manager";

    protected ClusterObjects Objects { get; } = objects;

    /// <summary>Takes note; changes nothing.</summary>
    public abstract void Observe(StoredVersion change);

    /// <summary>Does what can be done now; keeps what must wait for another change.</summary>
    public abstract void Act();

    /// <summary>Changes an object that is there.</summary>
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

    /// <summary>Someone else may have been faster: the change that they made will be observed.</summary>
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
