using Holdfast.TestKit.Running;
using Xunit.Abstractions;

namespace Holdfast.Vault.Tests.Pruning;

/// <summary>
/// A thousand steps of captures, expiry, purges, crashes, holds, replications and clock jumps on a vault as Azure keeps it, in an order
/// that a printed
/// seed decides; after each step the vault is compared with what a slow, obvious model says of it.
/// </summary>
public sealed class PruneHistoryTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1000)]
    public async Task No_unexpired_point_ever_loses_a_byte_and_no_purgeable_byte_stays(int steps)
    {
        var history = new VaultHistory(PrintedSeed.Random(output));
        for (var step = 0; step < steps; step++)
        {
            var what = await history.StepAsync();
            history.Check($"step {step} ({what})");
        }
        await history.EndAsync();
        output.WriteLine(history.ToString());
        Assert.True(
            history is { Sealed: > 50, Purged: > 20, Crashes: > 10, Raced: > 3, Jumps: > 20, Held: > 10, Replicated: > 20 },
            history.ToString()
        );
    }
}
