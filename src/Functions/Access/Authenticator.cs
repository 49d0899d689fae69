using System.Net;
using Holdfast.Functions.Problems;

namespace Holdfast.Functions.Access;

/// <summary>
/// Decides who a request is from. On a platform that authenticates, from what the platform says; elsewhere, from the local token, and then
/// only under a loopback name, so that a page in a browser can't reach the app through a name of its own (DNS rebinding). Where neither is
/// possible, every request is refused.
/// </summary>
internal abstract class Authenticator
{
    /// <exception cref="ProblemException">Not authenticated, or the page is of another origin.</exception>
    public Caller Admit(HttpRequest request)
    {
        RefuseOtherOrigin(request);
        return Recognize(request) ?? throw new ProblemException(Problem.NotAuthenticated(HowToSignIn));
    }

    /// <summary>Who it is, if that is known; for what every caller may see, and some may see more of.</summary>
    public Caller? Recognize(HttpRequest request) => MayAsk(request) ? Find(request) : null;

    protected abstract string HowToSignIn { get; }

    protected abstract Caller? Find(HttpRequest request);

    protected virtual bool MayAsk(HttpRequest request) => true;

    /// <summary>A browser sends the origin of the page that calls: only pages of this very host may.</summary>
    private void RefuseOtherOrigin(HttpRequest request)
    {
        if (!MayAsk(request))
            throw new ProblemException(
                Problem.Forbidden($"'{request.Host.Host}' is not a loopback name: ask http://127.0.0.1 or http://localhost")
            );
        if (
            request.Headers.Origin is { Count: > 0 } origins
            && !(origins is [{ } origin] && Uri.TryCreate(origin, UriKind.Absolute, out var from) && IsHost(from, request.Host))
        )
            throw new ProblemException(Problem.Forbidden("a page of another origin may not call this API"));
    }

    private static bool IsHost(Uri origin, HostString host) =>
        host.HasValue
        && string.Equals(
            origin.IsDefaultPort ? origin.Host : origin.Authority,
            WithoutDefaultPort(host, origin),
            StringComparison.OrdinalIgnoreCase
        );

    private static string WithoutDefaultPort(HostString host, Uri origin) =>
        host.Port is { } port && port == (origin.Scheme == Uri.UriSchemeHttps ? 443 : 80) ? host.Host : host.Value!;

    /// <summary>The platform authenticates: its header is the truth.</summary>
    public sealed class OfPlatform : Authenticator
    {
        protected override string HowToSignIn =>
            "sign in with Entra ID: send a bearer token of this app's registration, or open the app in a browser first";

        protected override Caller? Find(HttpRequest request) => PlatformPrincipal.Read(request.Headers);
    }

    /// <summary>No platform: the local token, under a loopback name.</summary>
    public sealed class OfLoopback(LocalToken token) : Authenticator
    {
        protected override string HowToSignIn => $"send 'Authorization: Bearer TOKEN' with the token from {token.Path}";

        protected override Caller? Find(HttpRequest request) => token.Read(request.Headers.Authorization);

        protected override bool MayAsk(HttpRequest request) =>
            string.Equals(request.Host.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>Nothing can prove who calls: every request is refused.</summary>
    /// <param name="whatToDo">What has to be done before anyone can sign in.</param>
    public sealed class Closed(string whatToDo) : Authenticator
    {
        protected override string HowToSignIn => $"no one can sign in yet: {whatToDo}";

        protected override Caller? Find(HttpRequest request) => null;
    }
}
