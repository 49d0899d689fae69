using Holdfast.Restore.Applying;

namespace Holdfast.Restore.Tests.Applying;

public sealed class WriteGateTests
{
    private long throttles;

    [Fact]
    public async Task No_more_than_the_most_are_in_flight_and_the_next_comes_in_order()
    {
        var gate = new WriteGate(2, () => throttles);
        await gate.EnterAsync(default);
        await gate.EnterAsync(default);
        var third = gate.EnterAsync(default);
        var fourth = gate.EnterAsync(default);

        gate.Exit();

        await third;
        Assert.False(fourth.IsCompleted);
    }

    [Fact]
    public async Task A_burst_of_throttling_halves_once_and_quiet_rounds_win_it_back()
    {
        var gate = new WriteGate(32, () => throttles);
        for (var i = 0; i < 32; i++)
            await gate.EnterAsync(default);
        throttles = 20;

        for (var i = 0; i < 16; i++)
            gate.Exit();

        Assert.Equal(16, gate.Allowed);
        for (var i = 0; i < 1000; i++)
        {
            gate.Exit();
            await gate.EnterAsync(default);
        }
        Assert.Equal(32, gate.Allowed);
    }

    [Fact]
    public async Task Throttling_without_end_still_lets_one_through()
    {
        var gate = new WriteGate(8, () => throttles++);
        for (var i = 0; i < 50; i++)
        {
            await gate.EnterAsync(default);
            gate.Exit();
        }

        Assert.Equal(1, gate.Allowed);
        await gate.EnterAsync(default);
    }

    [Fact]
    public async Task A_writer_that_gives_up_waiting_takes_no_turn()
    {
        var gate = new WriteGate(1, () => throttles);
        await gate.EnterAsync(default);
        using var impatient = new CancellationTokenSource();
        var givenUp = gate.EnterAsync(impatient.Token);
        var patient = gate.EnterAsync(default);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        gate.Exit();

        await patient;
    }
}
