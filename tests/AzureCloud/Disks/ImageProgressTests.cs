using Holdfast.AzureCloud.Disks;

namespace Holdfast.AzureCloud.Tests.Disks;

public sealed class ImageProgressTests
{
    private const string Path = "clusters/prod/images/a/1.vhd";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((32L << 40) / ImageProgress.Window + 1)]
    public void The_number_says_how_many_windows_are_done(long done)
    {
        var number = ImageProgress.At(Path, done);

        Assert.InRange(number, 0, (1L << 53) - 1);
        Assert.Equal(done, ImageProgress.DoneOf(Path, number));
        Assert.False(ImageProgress.IsFinished(Path, number));
    }

    [Fact]
    public void The_number_of_another_image_says_nothing()
    {
        var number = ImageProgress.AtEnd("clusters/prod/images/a/0.vhd");

        Assert.Equal(0, ImageProgress.DoneOf(Path, number));
        Assert.False(ImageProgress.IsFinished(Path, number));
        Assert.True(ImageProgress.IsFinished(Path, ImageProgress.AtEnd(Path)));
    }
}
