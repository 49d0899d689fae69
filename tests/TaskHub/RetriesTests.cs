using Holdfast.TaskHub.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.TaskHub.Tests;

public sealed class RetriesTests
{
    private readonly FakeTimeProvider time = new() { AutoAdvanceAmount = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task Every_failure_is_retried()
    {
        Exception[] faults =
        [
            new HubException("no room", true),
            new InvalidOperationException("unforeseen"),
            new FormatException("unforeseen"),
        ];
        var attempts = 0;

        var answer = Retries.UntilItWorksAsync(
            () => attempts < faults.Length ? throw faults[attempts++] : Task.FromResult("done"),
            time,
            NullLogger.Instance,
            default
        );
        while (!answer.IsCompleted)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal(("done", faults.Length), (await answer, attempts));
    }

    [Fact]
    public async Task A_hub_that_was_closed_is_not_waited_for() =>
        await Assert.ThrowsAsync<ObjectDisposedException>(() =>
            Retries.UntilItWorksAsync<int>(() => throw new ObjectDisposedException("hub"), time, NullLogger.Instance, default)
        );
}
