using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.Witness;

/// <summary>
/// Every kubeconfig of tests/Clusters/Kubeconfigs/cases, read by Holdfast and by KubernetesClient. They agree on server, credentials,
/// namespace and TLS, except for the differences listed here: a new difference, or one that is gone with a new version of the package,
/// fails.
/// </summary>
public sealed class KubeconfigCaseWitnessTests
{
    private const string OnlyHoldfastRefuses = "refused: yes | -";
    private const string OnlyKubernetesClientRefuses = "refused: - | yes";

    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Clusters", "Kubeconfigs", "cases");

    private static readonly Dictionary<string, string[]> Differences = new()
    {
        // kubectl refuses the contradiction too.
        ["ca-and-insecure"] = [OnlyHoldfastRefuses],
        // An empty list of CAs, so that nothing is trusted: found at the first request.
        ["ca-without-certificate"] = [OnlyHoldfastRefuses],
        ["credentials-in-the-url"] = [OnlyHoldfastRefuses],
        // proxy-url is unknown to it: requests go past the proxy.
        ["everything-tls"] = ["proxy-url: socks5://proxy.example:1080/ | -"],
        // It runs the plugin while it resolves, and these programs don't exist. Holdfast runs one when the first request needs it.
        ["exec"] = [OnlyKubernetesClientRefuses],
        ["exec-v1beta1-on-the-path"] = [OnlyKubernetesClientRefuses],
        // as-user-extra holds lists; it expects texts.
        ["impersonation"] = [OnlyKubernetesClientRefuses],
        // as-groups without 'as' is ignored: the request has the full rights of the token.
        ["impersonation-without-user"] = [OnlyHoldfastRefuses],
    };

    private static readonly string[] Names =
    [
        .. Directory.GetFiles(Folder, "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> Cases => [.. Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Both_clients_read_it_alike_except_for_the_listed_differences(string name)
    {
        var file = Path.Combine(Folder, name + ".yaml");

        var (ours, theirs) = (await KubeconfigReading.OfHoldfastAsync(file), await KubeconfigReading.OfKubernetesClientAsync(file));

        Assert.Equal(Differences.GetValueOrDefault(name, []), KubeconfigReading.Differences(ours, theirs));
    }

    [Fact]
    public void Each_difference_belongs_to_a_case() => Assert.Subset(Names.ToHashSet(), Differences.Keys.ToHashSet());
}
