using System.Text.RegularExpressions;
using Holdfast.Archive.Format;

namespace Holdfast.Manifests;

/// <summary>Which texts can name something, and what to say of one that can't.</summary>
/// <param name="What">Follows the text: <c>can't name a namespace</c>.</param>
/// <param name="Why">What such a name looks like.</param>
/// <param name="Example">One that is valid.</param>
/// <remarks>Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/</remarks>
public sealed partial record NameRule(Func<string, bool> IsValid, string What, string Why, string Example)
{
    private const int LongestName = 253;

    public static NameRule Namespace { get; } =
        new(
            text => ClusterName.TryParse(text, out _),
            "can't name a namespace",
            "a namespace's name is 1-63 of a-z, 0-9 and '-'; patterns are not known here",
            "shop"
        );

    public static NameRule Resource { get; } =
        new(
            IsSubdomain,
            "isn't a resource",
            "resources are named in the plural, in lower case, with their group after a dot",
            KnownTypes.Deployments
        );

    public static NameRule Group { get; } = new(IsSubdomain, "isn't an API group", "groups are DNS names", "metrics.k8s.io");

    private static bool IsSubdomain(string text) => text.Length <= LongestName && Subdomain().IsMatch(text);

    [GeneratedRegex(
        @"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Subdomain();
}
