using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Clusters.Connections;

/// <summary>Turns faults into exceptions whose messages say what, where, why and what to do next, without secrets.</summary>
internal sealed class FaultMessages(ClusterEndpoint endpoint, ServerTrust trust, TimeProvider time)
{
    /// <summary>
    /// The user of requests without valid credentials, on servers that allow anonymous requests. A 403 names its user in the message only
    /// (kube-apiserver, apiserver/pkg/endpoints/handlers/responsewriters/errors.go, Forbidden).
    /// </summary>
    private const string Anonymous = "\"system:anonymous\"";

    private readonly string server = endpoint.ToString();

    /// <summary>No answer came; doesn't apply to a <see cref="ClusterException"/> (of a token source).</summary>
    public static bool IsTransportFault(Exception fault) =>
        fault
            is HttpRequestException
                or IOException
                or SocketException
                or OperationCanceledException
                or AuthenticationException
                or ObjectDisposedException;

    /// <summary>A retry may help: false for wrong certificates or proxy credentials.</summary>
    public static bool MayPass(Exception fault) =>
        Inner<AuthenticationException>(fault) is null
        && Inner<LocalAddressException>(fault) is null
        && fault is not HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError };

    /// <summary>The request may have reached the server: false when no connection was made.</summary>
    public static bool MayBeDone(Exception fault) =>
        fault switch
        {
            HttpRequestException http => http.HttpRequestError
                is not (
                    HttpRequestError.NameResolutionError
                    or HttpRequestError.ConnectionError
                    or HttpRequestError.SecureConnectionError
                    or HttpRequestError.ProxyTunnelError
                ),
            // The handler's own time limit of a connection; the request's has no such cause.
            OperationCanceledException => Inner<TimeoutException>(fault) is null,
            _ => true,
        };

    /// <summary><c>GET /api/v1/pods</c>: no query, which may be long.</summary>
    public static string Asked(HttpRequestMessage? request) =>
        request is null ? "the request" : $"{request.Method} {PathOf(request.RequestUri)}";

    private static string? PathOf(Uri? uri) => uri is { IsAbsoluteUri: true } ? uri.AbsolutePath : uri?.OriginalString.Split('?')[0];

    public string Describe(HttpResponseMessage response) => $"{Asked(response.RequestMessage)} of {server}";

    public ClusterException OfTransport(HttpRequestMessage request, Exception fault)
    {
        if (Inner<AuthenticationException>(fault) is { } handshake)
            return OfHandshake(handshake, fault);
        if (Inner<LocalAddressException>(fault) is { } local)
            return new(
                ClusterFailure.Unreachable,
                $"The cluster at {server}{Via()} wasn't contacted: {local.Message}. {endpoint.LocalAddressAdvice}",
                fault
            )
            {
                IsTransient = false,
            };
        if (
            fault
                is HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ResponseEnded
                        or HttpRequestError.InvalidResponse
                        or HttpRequestError.HttpProtocolError
                }
            || WasCut(fault)
        )
            return Broken(request, $"the connection broke before an answer came ({Root(fault).Message})", fault);
        if (fault is OperationCanceledException && Inner<TimeoutException>(fault) is null)
            return Broken(request, "there was no answer in time", fault);
        return new(ClusterFailure.Unreachable, $"The cluster at {server}{Via()} can't be reached: {Why(fault)}", fault);
    }

    /// <summary>401, after renewing the credentials where possible.</summary>
    public ClusterException OfRefusal(WholeAnswer answer, Credential credential)
    {
        var said = StatusDocument.Parse(answer.Body).Message;
        return new(
            ClusterFailure.NotAuthenticated,
            $"The cluster at {server} doesn't accept the credentials (401{(said is null ? "" : $": {said.TrimEnd('.')}")}). "
                + $"{AdviceFor(credential)}"
        );
    }

    public ClusterException OfAnswer(WholeAnswer answer)
    {
        var status = StatusDocument.Parse(answer.Body);
        var failure = FailureOf(answer.Code);
        var said = status.Message is { } message ? $": {message.TrimEnd('.')}" : "";
        if (failure is ClusterFailure.Forbidden && said.Contains(Anonymous, StringComparison.Ordinal))
            return new(
                ClusterFailure.NotAuthenticated,
                $"The cluster at {server} treated the request as anonymous ({answer.Code} to {answer.Asked}{said}). {AdviceForAnonymous()}"
            );
        return new(failure, $"The cluster at {server} answered {answer.Code} to {answer.Asked}{said}. {AdviceFor(failure)}");
    }

    public ClusterException OfTooLarge(HttpResponseMessage response, long most) =>
        new(
            ClusterFailure.TooLarge,
            $"The response to {Describe(response)} is larger than {most} bytes, the limit for one response. If this is an API server "
                + $"and the size is expected, raise {AnswerLimits.BodyVariable}"
        );

    private static ClusterFailure FailureOf(int code) =>
        code switch
        {
            401 => ClusterFailure.NotAuthenticated,
            403 => ClusterFailure.Forbidden,
            404 => ClusterFailure.NotFound,
            410 => ClusterFailure.Expired,
            429 => ClusterFailure.Throttled,
            _ => ClusterFailure.Broken,
        };

    private static string AdviceFor(ClusterFailure failure) =>
        failure switch
        {
            ClusterFailure.NotAuthenticated => "Sign in again, or check the kubeconfig's user",
            ClusterFailure.Forbidden =>
                "Grant that permission (infra/kubernetes has the roles that Holdfast needs; 'holdfast clusters check' lists what is "
                    + "missing)",
            ClusterFailure.NotFound => "Nothing is served there (anymore)",
            ClusterFailure.Expired => "The revision is older than the server keeps: start the list again",
            ClusterFailure.Throttled => "The API server is overloaded or throttles this user: try later, or with less in flight",
            _ => "Try again; when it happens again, look at the API server's health, and at the webhook or aggregated "
                + "API that the message names",
        };

    /// <summary>Granting the permission to anonymous users would be wrong.</summary>
    private string AdviceForAnonymous() =>
        endpoint.ClientCertificate is { } certificate && Expiry(certificate) is { } expired
            ? expired
            : "It found no usable credentials: check that the kubeconfig's user has a token or a client certificate "
                + "of this cluster, and that no proxy on the way drops them";

    private string AdviceFor(Credential credential)
    {
        if (credential.Certificate is { } certificate && Expiry(certificate) is { } expired)
            return expired;
        if (credential.Token is not null)
            return "The token is expired, revoked or another cluster's: sign in again (for example 'az login', 'kubelogin', or a new "
                + "service account token) and check the kubeconfig's user";
        return credential.Certificate is { } valid
            ? $"The client certificate ({valid.Subject}) isn't from a CA whose clients this cluster accepts: check that the "
                + "kubeconfig's user belongs to this cluster"
            : "The kubeconfig's user has neither a token nor a client certificate: choose a context whose user has one";
    }

    private string? Expiry(X509Certificate2 certificate)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (from, to) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return now >= from && now <= to
            ? null
            : $"The client certificate ({certificate.Subject}) is only valid from {from:u} to {to:u}, and it is now {now:u}: get a "
                + "new one (for kubeadm: 'kubeadm certs renew admin.conf') and put it into the kubeconfig";
    }

    private ClusterException OfHandshake(AuthenticationException handshake, Exception fault)
    {
        var why =
            trust.Refusal
            ?? (endpoint.ClientCertificate is { } certificate ? Expiry(certificate) : null)
            ?? $"The TLS handshake failed ({Root(handshake).Message}). Check that the address is an API server's, and the client "
                + "certificate if there is one";
        return new(ClusterFailure.Unreachable, $"The cluster at {server} can't be trusted or doesn't trust the client: {why}.", fault)
        {
            IsTransient = false,
        };
    }

    private ClusterException Broken(HttpRequestMessage request, string why, Exception fault) =>
        new(ClusterFailure.Broken, $"{Asked(request)} of {server}: {why}. {AdviceFor(ClusterFailure.Broken)}", fault);

    /// <summary>The connection was ended by the other side or something in between.</summary>
    private static bool WasCut(Exception fault) =>
        Inner<SocketException>(fault)
            is { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown };

    /// <summary>It may be the proxy that can't be reached.</summary>
    private string Via() => endpoint.Proxy is { } proxy ? $", through the proxy {proxy.Scheme}://{proxy.Authority}," : "";

    private static string Why(Exception fault)
    {
        const string Reach =
            "Check the kubeconfig's 'server', and whether this machine may reach it (VPN, firewall, the cluster's authorized address "
            + "ranges, proxy)";
        if (fault is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError })
            return $"the proxy on the way refused ({fault.Message}). Check 'proxy-url' of the kubeconfig's cluster, or HTTPS_PROXY, "
                + "and its credentials";
        if (fault is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError })
            return $"its name can't be resolved ({Root(fault).Message}). {Reach}, and this machine's DNS";
        return Inner<SocketException>(fault) switch
        {
            { SocketErrorCode: SocketError.ConnectionRefused } => $"nothing listens there (connection refused). {Reach}",
            { } socket => $"{socket.Message}. {Reach}",
            null when fault is OperationCanceledException => $"no connection in 10 s. {Reach}",
            null => $"{Root(fault).Message}. {Reach}",
        };
    }

    private static Exception Root(Exception fault) => fault.GetBaseException();

    private static T? Inner<T>(Exception? fault)
        where T : Exception
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is T found)
                return found;
        }
        return null;
    }
}
