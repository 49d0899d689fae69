using System.Net;
using Holdfast.Functions.Problems;

namespace Holdfast.Functions.Access;

/// <summary>
/// Decides who a request is from. On a platform that authenticates, from what the platform says; elsewhere, from the local token, and then
/// only under a loopback name, so that a page in a browser can't reach the app through a name of its own (DNS rebinding). Where neither can
/// be, nobody is let in.
/// </summary>
internal abstract class Doorkeeper
{
    /// <exception cref="ProblemException">Not authenticated, or the page is of another origin.</exception>
    public Caller Admit(HttpRequest request)
    {
        RefuseOtherOrigin(request);
        return Recognize(request) ?? throw new ProblemException(Problem.NotAuthenticated(HowToSignIn));
    }

    /// <summary>Who it is, if that can be told; for what anybody may see, and some may see more of.</summary>
    public Caller? Recognize(HttpRequest request) => MayAsk(request) ? Find(request) : null;

    protected abstract string HowToSignIn { get; }

    protected abstract Caller? Find(HttpRequest request);

    protected virtual bool MayAsk(HttpRequest request) => true;

    /// <summary>A browser tells where a page that calls comes from: only pages of this very host may.</summary>
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
    public sealed class OfPlatform : Doorkeeper
    {
        protected override string HowToSignIn =>
            "sign in with Entra ID: send a bearer token of this app's registration, or open the app in a browser first";

        protected override Caller? Find(HttpRequest request) => PlatformPrincipal.Read(request.Headers);
    }

    /// <summary>No platform: the local token, under a loopback name.</summary>
    public sealed class OfLoopback(LocalToken token) : Doorkeeper
    {
        protected override string HowToSignIn => $"send 'Authorization: Bearer TOKEN' with the token from {token.Path}";

        protected override Caller? Find(HttpRequest request) => token.Read(request.Headers.Authorization);

        protected override bool MayAsk(HttpRequest request) =>
            string.Equals(request.Host.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>There is nobody whom to believe.</summary>
    /// <param name="whatToDo">What has to be done before anybody can get in.</param>
    public sealed class Closed(string whatToDo) : Doorkeeper
    {
        protected override string HowToSignIn => $"nobody can: {whatToDo}";

        protected override Caller? Find(HttpRequest request) => null;
    }
}
