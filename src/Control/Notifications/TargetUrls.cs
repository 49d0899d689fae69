using Holdfast.Control.Reading;
using Holdfast.Manifests;

namespace Holdfast.Control.Notifications;

/// <summary>URLs of people's servers: https, or http on this machine.</summary>
public static class TargetUrls
{
    /// <summary>Null: the text is no such URL. It may be a secret, so no message quotes it.</summary>
    public static Uri? TryRead(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url is { UserInfo: "", Fragment: "" }
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            ? url
            : null;

    internal static Uri? Read(DocumentSection section, string member, string text, string example, string why)
    {
        if (TryRead(text) is { Query: "" } url)
            return url;
        section.Problem(
            member,
            $"'{Quoted.Short(text)}' isn't an https URL without a query",
            $"{why}, and what a query holds is often a secret",
            $"Write {example}"
        );
        return null;
    }
}
