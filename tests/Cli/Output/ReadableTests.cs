using Holdfast.Cli.Output;

namespace Holdfast.Cli.Tests.Output;

public sealed class ReadableTests
{
    [Theory]
    [
        InlineData(0, "0 B"),
        InlineData(1023, "1023 B"),
        InlineData(1024, "1 KiB"),
        InlineData(1536, "1.5 KiB"),
        InlineData(23_401_221, "22.3 MiB"),
        InlineData(long.MaxValue, "8192 PiB")
    ]
    public void Sizes(long bytes, string text) => Assert.Equal(text, Readable.Size(bytes));

    [Theory]
    [
        InlineData(0.25, "250 ms"),
        InlineData(1.26, "1.3 s"),
        InlineData(75, "1 min 15 s"),
        InlineData(3700, "1 h 1 min"),
        InlineData(90_000, "1 d 1 h")
    ]
    public void Durations(double seconds, string text) => Assert.Equal(text, Readable.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(1, "1 object"), InlineData(0, "0 objects"), InlineData(29_112, "29,112 objects")]
    public void Counts(long number, string text) => Assert.Equal(text, Readable.Count(number, "object"));
}
