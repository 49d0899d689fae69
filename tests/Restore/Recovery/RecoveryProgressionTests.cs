using Holdfast.Restore.Recovery;

namespace Holdfast.Restore.Tests.Recovery;

public sealed class RecoveryProgressionTests
{
    private static readonly GroupOutline Group = new(["one", "two"], 2, Pauses: true, ContinuesOnPartial: false);

    [Fact]
    public void A_group_makes_its_restores_then_its_checks_then_pauses_and_passes()
    {
        var progress = new GroupProgress();
        Assert.Equal(new(GroupStepKind.Restore, 0), RecoveryProgression.Next(Group, progress));
        progress = With(progress, "one", true);
        Assert.Equal(new(GroupStepKind.Restore, 1), RecoveryProgression.Next(Group, progress));
        progress = With(progress, "two", true);
        Assert.Equal(new(GroupStepKind.Check, 0), RecoveryProgression.Next(Group, progress));
        progress = progress with { Checked = 1 };
        Assert.Equal(new(GroupStepKind.Check, 1), RecoveryProgression.Next(Group, progress));
        progress = progress with { Checked = 2 };
        Assert.Equal(GroupStepKind.Pause, RecoveryProgression.Next(Group, progress).Kind);
        Assert.Equal(GroupStepKind.Pass, RecoveryProgression.Next(Group, progress with { IsConfirmed = true }).Kind);
    }

    [Fact]
    public void Restores_that_are_not_complete_stop_a_group_once_all_are_made_unless_it_continues()
    {
        var progress = With(With(new(), "one", false), "two", false);

        var stop = RecoveryProgression.Next(Group, progress);

        Assert.Equal((GroupStepKind.Stop, "one, two aren't complete"), (stop.Kind, stop.Why));
        Assert.Equal(GroupStepKind.Restore, RecoveryProgression.Next(Group, With(new(), "one", false)).Kind);
        Assert.Equal(GroupStepKind.Check, RecoveryProgression.Next(Group with { ContinuesOnPartial = true }, progress).Kind);
    }

    private static GroupProgress With(GroupProgress progress, string restore, bool isComplete) =>
        progress with
        {
            Ended = progress.Ended.Add(restore, isComplete),
        };
}
