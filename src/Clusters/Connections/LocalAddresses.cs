using System.Net;

namespace Holdfast.Clusters.Connections;

/// <summary>
/// Addresses that lead to the machine itself, to its link, or to a cloud's metadata service, which gives credentials to whoever asks from
/// the machine. Sources: RFC 6890; the pages of Azure, AWS, Google Cloud, Alibaba Cloud and Oracle about instance metadata.
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
    /// Whether a host, as a URL has it, is written as such an address or is <c>localhost</c>; other names must be resolved to know.
    /// </summary>
    public static bool IsNamedBy(Uri url) => url.IsLoopback || (IPAddress.TryParse(url.IdnHost, out var address) && Contains(address));

    /// <summary>The IPv4 address that an IPv6 address stands for, where it does.</summary>
    private static IPAddress Embedded(IPAddress address) =>
        address switch
        {
            { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
            { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 }
                when Nat64.Contains(address) || Compatible.Contains(address) => new(address.GetAddressBytes()[12..]),
            _ => address,
        };
}

/// <summary>Every address that a server's name leads to is one of <see cref="LocalAddresses"/>, where that isn't allowed.</summary>
public sealed class LocalAddressException(string host, IPAddress address)
    : Exception($"'{host}' leads to {address}: an address of this machine, of its link, or of a cloud's metadata service");
