using System.Diagnostics;
using Holdfast.TestKit.Files;

namespace Holdfast.Archive.Tests.Vectors;

/// <summary>tests/vectors/read.py was written from docs/format.md and shares no code with this program.</summary>
public sealed class OtherReaderTests
{
    private const string Needs = "from cryptography.hazmat.primitives.kdf.argon2 import Argon2id";

    [SkippableFact]
    public async Task A_reader_in_Python_that_was_written_from_the_page_reads_every_encrypted_vector_that_opens()
    {
        // only --fast does without what test.sh installs
        Skip.If(
            Environment.GetEnvironmentVariable("HOLDFAST_LIVE") == "0" && (await PythonAsync("-c", Needs)).Exit != 0,
            "no cryptography"
        );
        var opening = Directory
            .GetFiles(VectorFile.Folder(), "encrypted-*.json")
            .Where(file => Opens(VectorFile.Read(Path.GetFileName(file))))
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.True(opening.Count > 3);

        var (exit, output, error) = await PythonAsync([RepositoryFiles.Path("tests/vectors/read.py"), .. opening]);

        Assert.True(exit == 0, error);
        Assert.Equal(opening, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static bool Opens(VectorFile vector) =>
        vector is { OpenFails: null, Passphrase: not null } && vector.ReadFails.Values.All(f => f is null);

    private static async Task<(int Exit, string Out, string Error)> PythonAsync(params IEnumerable<string> arguments)
    {
        using var python = Process.Start(
            new ProcessStartInfo("python3", arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var (output, error) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
        await python.WaitForExitAsync();
        return (python.ExitCode, await output, await error);
    }
}
