using System.Globalization;
using Xunit.Abstractions;

namespace Holdfast.TestKit.Running;

/// <summary>
/// The source of randomness of a test that kills or cuts: a new seed each time, printed, so that a failure can be reproduced by setting the
/// variable to the printed value.
/// </summary>
public static class PrintedSeed
{
    public const string Variable = "HOLDFAST_KILL_SEED";

    public static Random Random(ITestOutputHelper output)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var given)
            ? given
            : Environment.TickCount;
        output.WriteLine($"{Variable}={seed}");
        return new(seed);
    }
}
