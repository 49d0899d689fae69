using Holdfast.TaskHub.Activities;
using Holdfast.TaskHub.Storage;

namespace Holdfast.TaskHub.Tests;

public sealed class FairQueueTests
{
    private readonly FairQueue queue = new();

    private void Add(long instance, params long[] ids) => Array.ForEach(ids, id => queue.Add(new QueuedActivity(id, instance)));

    private List<long> TakeAll()
    {
        var taken = new List<long>();
        while (queue.TryTake(out var activity))
            taken.Add(activity.Value.Id);
        return taken;
    }

    [Fact]
    public void Instances_take_turns_and_each_ones_activities_keep_their_order()
    {
        Add(1, 10, 11, 12, 13);
        Add(2, 20);
        Add(3, 30, 31);

        Assert.Equal([10, 20, 30, 11, 31, 12, 13], TakeAll());
    }

    [Fact]
    public void What_is_dropped_does_not_come_and_does_not_cost_others_their_turn()
    {
        Add(1, 10, 11);
        Add(2, 20);
        queue.Drop(1);

        Assert.Equal([20], TakeAll());
    }
}
