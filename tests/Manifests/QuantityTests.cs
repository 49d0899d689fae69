namespace Holdfast.Manifests.Tests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("1Gi", "1024Mi", 0)]
    [InlineData("1G", "1Gi", -1)]
    [InlineData("1.5Gi", "1536Mi", 0)]
    [InlineData("500m", "0.5", 0)]
    [InlineData("1e3", "1k", 0)]
    [InlineData("10Gi", "9Gi", 1)]
    public void Amounts_are_compared_however_they_are_written(string a, string b, int order) =>
        Assert.Equal(order, Math.Sign(Quantity.Compare(a, b)!.Value));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Gi")]
    [InlineData("10 Gi")]
    [InlineData("10GiB")]
    [InlineData("1e999999999")]
    public void Anything_else_is_none(string? text) => Assert.Null(Quantity.Compare(text, "1"));

    [Theory]
    [InlineData(10L << 30, "10Gi")]
    [InlineData(1536L << 20, "1536Mi")]
    [InlineData(1000, "1000")]
    public void Bytes_are_written_in_the_largest_whole_unit(long bytes, string text) => Assert.Equal(text, Quantity.OfBytes(bytes));
}
