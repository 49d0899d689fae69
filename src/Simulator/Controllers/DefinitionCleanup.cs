using Holdfast.Simulator.Objects;
using Holdfast.Simulator.Storage;

namespace Holdfast.Simulator.Controllers;

/// <summary>Deletes the objects of a deleted CustomResourceDefinition, and then the definition.</summary>
internal sealed class DefinitionCleanup(ClusterObjects objects) : Controller(objects)
{
    private readonly TerminatingNames ending = new(objects.Types.Definitions.Table);

    public override void Observe(StoredVersion change) => ending.Observe(change);

    public override void Act()
    {
        foreach (var definition in ending.All)
        {
            var table = Objects.Store.Table(definition);
            if (Objects.Types.Of(table) is { } type)
            {
                foreach (var item in Objects.All(table).Where(item => !item.IsTerminating))
                    Try(() =>
                        Objects.Deleter.Delete(
                            new ObjectPath(type, item.Namespace, item.Name),
                            new DeleteOptions(item.Uid, Propagation: "Background")
                        )
                    );
            }
            if (Objects.All(table).Count == 0)
                RemoveFinalizer(new ObjectPath(Objects.Types.Definitions, null, definition), CustomDefinition.CleanupFinalizer);
        }
    }
}
