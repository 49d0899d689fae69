using Holdfast.Restore.Applying;

namespace Holdfast.Restore.Tests.Applying;

public sealed class UnavailabilityTests
{
    private readonly Unavailability unavailable = new();

    [Fact]
    public void After_eight_failures_in_a_row_a_type_is_not_tried_on()
    {
        Fail(7);
        Assert.Null(unavailable.Reason("widgets"));

        Fail(1);

        Assert.Contains("dead", unavailable.Reason("widgets"), StringComparison.Ordinal);
        Assert.Null(unavailable.Reason("gadgets"));
    }

    [Fact]
    public void Once_known_one_step_of_each_slice_finds_out_whether_it_is_still_so()
    {
        Fail(8);
        unavailable.BeginSlice(last: false);

        Assert.True(unavailable.IsKnown("widgets"));
        Assert.Null(unavailable.Reason("widgets"));
        Assert.NotNull(unavailable.Reason("widgets"));
        Fail(1);
        unavailable.BeginSlice(last: false);
        Assert.Null(unavailable.Reason("widgets"));
        Assert.NotNull(unavailable.Reason("widgets"));
    }

    [Fact]
    public void An_answer_opens_the_type_again()
    {
        Fail(8);
        unavailable.BeginSlice(last: false);

        unavailable.Answered("widgets");

        Assert.False(unavailable.IsKnown("widgets"));
        Assert.Null(unavailable.Reason("widgets"));
        Assert.Null(unavailable.Reason("widgets"));
    }

    [Fact]
    public void The_last_try_is_a_whole_one()
    {
        Fail(8);
        unavailable.BeginSlice(last: false);

        unavailable.BeginSlice(last: true);

        Assert.Null(unavailable.Reason("widgets"));
        Assert.Null(unavailable.Reason("widgets"));
    }

    private void Fail(int times)
    {
        for (var i = 0; i < times; i++)
            unavailable.Failed("widgets", "dead");
    }
}
