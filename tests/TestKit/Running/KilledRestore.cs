using Xunit;

namespace Holdfast.TestKit.Running;

/// <summary>
/// A restore by the program, which is killed with signal 9 as often as is asked and resumed each time. A moment is counted in the bytes of
/// outcomes that the run has noted, and not in seconds: so it lies anywhere in the restore on a slow machine too.
/// </summary>
/// <param name="plan">As <c>plan --out</c> wrote it.</param>
/// <param name="run">The plan's.</param>
public sealed class KilledRestore(HoldfastProgram holdfast, string plan, string run)
{
    /// <summary>How many bytes of outcomes there are.</summary>
    // Its lines can't be read: the run has it locked.
    public long Noted => File.Exists(holdfast.OutcomesOf(run)) ? new FileInfo(holdfast.OutcomesOf(run)).Length : 0;

    /// <param name="moments">To kill it after so many bytes, in ascending order; a part of them may come too late.</param>
    /// <returns>How the last, whole run ended, with its report in JSON.</returns>
    public async Task<Finished> RunAsync(params long[] moments)
    {
        string[] arguments = ["restore", "--plan", plan];
        var killed = 0;
        foreach (var moment in moments)
        {
            killed += await KillAsync(moment, arguments) ? 1 : 0;
            arguments = ["restore", "--resume", run];
        }
        Assert.True(2 * killed >= moments.Length, $"only {killed} of {moments.Length} runs hadn't ended when they were killed");
        return await holdfast.RunAsync([.. arguments, "-o", "json"]);
    }

    /// <param name="whole">Bytes of outcomes of a run that isn't killed.</param>
    public static long[] Moments(Random random, int kills, long whole) =>
        [.. Enumerable.Range(0, kills).Select(_ => random.NextInt64(1, whole)).Order()];

    /// <returns>Whether it was killed before its end.</returns>
    private async Task<bool> KillAsync(long moment, string[] arguments)
    {
        using var process = holdfast.Start(arguments);
        var end = HoldfastProgram.FinishAsync(process);
        while (!end.IsCompleted && Noted < moment)
            await Task.Delay(1);
        process.Kill();
        return (await end).Exit == 128 + 9;
    }
}
