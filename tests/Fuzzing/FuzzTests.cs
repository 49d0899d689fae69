using System.Diagnostics;
using System.Globalization;
using Holdfast.TestKit.Files;
using Xunit.Abstractions;

namespace Holdfast.Fuzzing.Tests;

/// <summary>
/// Each build reads the same inputs: so many of each target. <c>HOLDFAST_FUZZ_SECONDS=600 dotnet test tests/Fuzzing</c> reads new ones for
/// that time, split among the targets; <c>HOLDFAST_FUZZ_SEED</c> repeats it, with the seed that it prints.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int InputsOfABuild = 800;
    private const int SeedOfABuild = 20261201;

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void No_input_ends_in_a_crash_a_hang_or_more_memory_than_its_bound(string name)
    {
        var target = FuzzTargets.Of(name);
        using var run = new FuzzRun(target);
        var fault = run.All(Inputs(target));
        Assert.True(fault is null, fault);
    }

    /// <summary>Seeds that are refused would test little more than the first check.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_seed_of_each_target_is_accepted(string name)
    {
        var target = FuzzTargets.Of(name);
        Assert.Contains(target.Seeds, seed => Record.Exception(() => target.Read(target.Prepare?.Invoke(seed) ?? seed)) is null);
    }

    /// <summary>What once was a fault, and stays in the repository.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Every_kept_input_is_survived(string name)
    {
        var folder = RepositoryFiles.Path($"tests/Fuzzing/Corpus/{name}");
        if (!Directory.Exists(folder))
            return;
        using var run = new FuzzRun(FuzzTargets.Of(name));
        var fault = run.All(Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes));
        Assert.True(fault is null, fault);
    }

    private IEnumerable<byte[]> Inputs(FuzzTarget target)
    {
        var seconds = Number("HOLDFAST_FUZZ_SECONDS");
        var seed = Number("HOLDFAST_FUZZ_SEED") ?? (seconds is null ? SeedOfABuild : Environment.TickCount);
        output.WriteLine($"HOLDFAST_FUZZ_SEED={seed}");
        var mutator = new Mutator(target.Seeds, new Random(seed));
        var clock = Stopwatch.StartNew();
        var end = TimeSpan.FromSeconds((seconds ?? 0) / (double)FuzzTargets.All.Length);
        for (var made = 0; seconds is null ? made < InputsOfABuild : clock.Elapsed < end; made++)
            yield return mutator.Next();
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
