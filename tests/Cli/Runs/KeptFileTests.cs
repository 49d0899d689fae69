using Holdfast.Cli.Errors;
using Holdfast.Cli.Runs;

namespace Holdfast.Cli.Tests.Runs;

public sealed class KeptFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"vault\":")]
    [InlineData("{\"vault\":[]}")]
    public void One_that_was_cut_short_or_changed_is_named_and_no_bug(string content)
    {
        File.WriteAllText(path, content);

        var error = Assert.Throws<UsageException>(() => KeptFile.Read(path, 1000, RunJson.Default.RunOrigin));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }
}
