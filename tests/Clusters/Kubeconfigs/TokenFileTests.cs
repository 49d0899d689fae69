using Holdfast.Clusters.Connections;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Clusters.Tests.Kubeconfigs;

public sealed class TokenFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new(new(2026, 11, 22, 5, 30, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_token_file_is_read_again_every_minute()
    {
        folder.Write("token", "one\n");
        var token = Token();

        Assert.Equal("one", await token(false, default));
        folder.Write("token", "two\n");
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("one", await token(false, default));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("two", await token(false, default));
    }

    [Fact]
    public async Task A_refused_token_is_read_again_at_once()
    {
        folder.Write("token", "one");
        var token = Token();
        await token(false, default);
        folder.Write("token", "two");

        Assert.Equal("two", await token(true, default));
        Assert.Equal("two", await token(false, default));
    }

    [Fact]
    public async Task A_file_that_is_being_replaced_leaves_the_last_token_in_force()
    {
        var path = folder.Write("token", "one");
        var token = Token();
        await token(false, default);
        File.Delete(path);
        time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("one", await token(false, default));
    }

    [Fact]
    public async Task The_file_wins_over_a_token_beside_it()
    {
        folder.Write("token", "from the file");

        Assert.Equal("from the file", await Token("token: beside\n")(false, default));
    }

    [Fact]
    public async Task A_token_beside_a_file_that_never_was_is_used() =>
        Assert.Equal("beside", await Token("token: beside\n")(false, default));

    [Fact]
    public async Task A_missing_file_is_named()
    {
        var failure = await Assert.ThrowsAsync<ClusterException>(async () => await Token()(false, default));

        Assert.Equal(ClusterFailure.NotAuthenticated, failure.Failure);
        Assert.Contains(folder.PathOf("token"), failure.Message);
    }

    public void Dispose() => folder.Dispose();

    private TokenSource Token(string before = "") =>
        TestKubeconfig.Resolve(folder, "server: https://c.example", before + "tokenFile: token", time).Endpoint.Token!;
}
