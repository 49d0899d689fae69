using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Holdfast.Architecture.Tests;

/// <summary>How ./test.sh judges the results: a build that ran no tests doesn't pass.</summary>
public sealed class TestResultsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-results-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Some_skipped_tests_of_a_suite_that_ran_are_not_a_failure() =>
        Assert.Equal((0, "12 passed, 0 failed, 3 skipped"), Judge([("Archive", 10, 10, 0), ("Clusters.Live", 5, 2, 0)]));

    [Fact]
    public void A_suite_of_which_every_test_was_skipped_is_a_failure_unless_that_was_asked_for()
    {
        (string, int, int, int)[] suites = [("Archive", 10, 10, 0), ("Clusters.Live", 5, 0, 0)];

        Assert.Equal(1, Judge(suites).Exit);
        Assert.Equal((0, "10 passed, 0 failed, 5 skipped"), Judge(suites, "--fast"));
    }

    [Fact]
    public void A_suite_without_tests_matching_the_filter_is_not_a_failure() =>
        Assert.Equal(0, Judge([("Archive", 1, 1, 0), ("Clusters.Live", 0, 0, 0)]).Exit);

    [Fact]
    public void A_failed_test_and_a_missing_test_run_are_failures()
    {
        Assert.Equal(1, Judge([("Archive", 2, 1, 1)]).Exit);
        folder.GetFiles().ToList().ForEach(file => file.Delete());
        Assert.Equal(1, Judge([]).Exit);
    }

    private (int Exit, string Counts) Judge((string Suite, int Total, int Passed, int Failed)[] suites, string option = "")
    {
        foreach (var (suite, total, passed, failed) in suites)
        {
            File.WriteAllText(
                Path.Combine(folder.FullName, $"{suite}.trx"),
                $"""<TestRun><ResultSummary><Counters total="{total}" executed="{passed + failed}" passed="{passed}" failed="{failed}" """
                    + """error="0" timeout="0" aborted="0" notExecuted="0" /></ResultSummary></TestRun>"""
            );
        }
        using var process = Process.Start(
            new ProcessStartInfo("bash", [Script(), folder.FullName, option])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var counts = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, counts.Trim());
    }

    private static string Script([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../eng/test-results.sh"));
}
