using System.Runtime.CompilerServices;
using Xunit;

namespace Holdfast.TestKit.Running;

/// <summary>
/// A file beside a test that keeps the sentences of a surface, so that a change of words is seen as one in review, and no other test has
/// to quote them.
/// </summary>
public static class GoldenFile
{
    private const string WriteVariable = "HOLDFAST_WRITE_GOLDEN";

    /// <summary>Compares; with <c>HOLDFAST_WRITE_GOLDEN=1</c> writes the file first.</summary>
    public static void Check(string text, string name, [CallerFilePath] string test = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(test)!, name);
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
            File.WriteAllText(path, text);
        var (golden, now) = (File.Exists(path) ? File.ReadAllText(path).Split('\n') : [], text.Split('\n'));
        var line = golden.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.True(
            golden.SequenceEqual(now),
            $"{name} differs from line {line + 1} on:\n- {golden.ElementAtOrDefault(line)}\n+ {now.ElementAtOrDefault(line)}\n"
                + $"If the new words are right, run this test with {WriteVariable}=1 and commit the file"
        );
    }
}
