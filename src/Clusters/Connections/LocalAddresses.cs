using System.Net;

namespace Holdfast.Clusters.Connections;

/// <summary>
/// Addresses of the machine itself, of its link, or of a cloud's metadata service, which gives credentials to any caller on the machine.
/// Sources: RFC 6890; the pages of Azure, AWS, Google Cloud, Alibaba Cloud and Oracle about instance metadata.
/// </summary>
public static class LocalAddresses
{
    private static readonly IPNetwork[] Networks =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("::/128"),
        IPNetwork.Parse("::1/128"),
        IPNetwork.Parse("fe80::/10"),
        // Azure's platform, Alibaba's, Oracle's and AWS' metadata that aren't on the link
        IPNetwork.Parse("168.63.129.16/32"),
        IPNetwork.Parse("100.100.100.200/32"),
        IPNetwork.Parse("192.0.0.192/32"),
        IPNetwork.Parse("fd00:ec2::254/128"),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");

    public static bool Contains(IPAddress address)
    {
        var plain = Embedded(address);
        return Array.Exists(Networks, network => network.Contains(plain)) || Array.Exists(Networks, network => network.Contains(address));
    }

    /// <summary>
    /// Whether a URL's host is such an address or <c>localhost</c>; other names must be resolved first.
    /// </summary>
    public static bool IsNamedBy(Uri url) => url.IsLoopback || (IPAddress.TryParse(url.IdnHost, out var address) && Contains(address));

    /// <summary>The IPv4 address that an IPv6 address maps to, if any.</summary>
    private static IPAddress Embedded(IPAddress address) =>
        address switch
        {
            { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
            { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 }
                when Nat64.Contains(address) || Compatible.Contains(address) => new(address.GetAddressBytes()[12..]),
            _ => address,
        };
}

/// <summary>A server's name resolves to <see cref="LocalAddresses"/> only, and that isn't allowed.</summary>
public sealed class LocalAddressException(string host, IPAddress address)
    : Exception($"'{host}' resolves to {address}, an address of this machine, of its link, or of a cloud's metadata service");
