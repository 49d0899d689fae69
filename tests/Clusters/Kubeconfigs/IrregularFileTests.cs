using Holdfast.Clusters.Kubeconfigs;
using Holdfast.TestKit.Files;

namespace Holdfast.Clusters.Tests.Kubeconfigs;

/// <summary>
/// Files named by a user or a kubeconfig: reading a pipe or a device could block or never end.
/// </summary>
public sealed class IrregularFileTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly Dictionary<string, string> NoVariables = [];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<Irregular> Kinds => [.. IrregularEntry.NoFiles];

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task A_kubeconfig_is_a_regular_file(Irregular kind)
    {
        var path = folder.PathOf("kubeconfig");
        await IrregularEntry.PutAsync(path, kind);

        var failure = await Assert.ThrowsAsync<KubeconfigException>(() =>
            Task.Run(() => Kubeconfig.Load(path, NoVariables)).WaitAsync(Patience)
        );

        Assert.Contains(path, failure.Message);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task A_token_file_is_a_regular_file(Irregular kind)
    {
        var path = folder.PathOf("token");
        await IrregularEntry.PutAsync(path, kind);

        var failure = await Assert.ThrowsAsync<ClusterException>(() =>
            Task.Run(async () => await new TokenFile(path, null, TimeProvider.System).GetAsync(false, default)).WaitAsync(Patience)
        );

        Assert.Equal(ClusterFailure.NotAuthenticated, failure.Failure);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public async Task An_authority_is_a_regular_file(Irregular kind)
    {
        await IrregularEntry.PutAsync(folder.PathOf("ca.crt"), kind);

        await Assert.ThrowsAsync<KubeconfigException>(() =>
            Task.Run(() => TestKubeconfig.Resolve(folder, "server: https://x\ncertificate-authority: ca.crt", "token: t"))
                .WaitAsync(Patience)
        );
    }

    [Fact]
    public void A_kubeconfig_without_an_end_is_read_to_its_limit()
    {
        using (var large = File.OpenWrite(folder.PathOf("kubeconfig")))
            large.SetLength(1L << 40);

        Assert.Throws<KubeconfigException>(() => Kubeconfig.Load(folder.PathOf("kubeconfig"), NoVariables));
    }

    [Fact]
    public async Task Mounted_tokens_and_linked_kubeconfigs_are_files()
    {
        folder.Write("data/token", "one");
        File.CreateSymbolicLink(folder.PathOf("token"), "data/token");

        Assert.Equal("one", await new TokenFile(folder.PathOf("token"), null, TimeProvider.System).GetAsync(false, default));
    }
}
