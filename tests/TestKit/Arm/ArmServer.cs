using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Holdfast.TestKit.Arm;

/// <summary>
/// A server on loopback that behaves as Azure Resource Manager does for the calls that Holdfast makes, over TLS. Any bearer token is
/// accepted. Resource types are added to it, one file each; requests are handled one at a time, so that what a test sees is in order.
/// </summary>
/// <remarks>
/// What a type does is from its published contract, whose version it names; what isn't published is said there. Limits of requests are
/// those
/// that <see cref="Faults"/> sets: a count that falls is shown in the headers, but nothing is refused because of it.
/// </remarks>
public sealed class ArmServer : IAsyncDisposable
{
    private readonly StubServer web;
    private readonly TestAuthority authority;
    private readonly Dictionary<string, ArmType> types = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly List<Func<HttpContext, Task<bool>>> besides = [];
    private int reads = 12_000;
    private int writes = 1_200;

    private ArmServer(StubServer web, TestAuthority authority, TimeProvider time)
    {
        (this.web, this.authority, Time) = (web, authority, time);
        Resources = new(() => Url);
        Operations = new(this);
        Add(new ResourceGroups());
    }

    public Uri Url => web.Url;

    /// <summary>The authority of its certificate, in PEM: for processes that trust what <c>SSL_CERT_FILE</c> names.</summary>
    public string Authority => authority.Certificate.ExportCertificatePem();

    /// <summary>What operations and signatures go by.</summary>
    public TimeProvider Time { get; }
    public ArmResources Resources { get; }
    public ArmOperations Operations { get; }
    public ArmFaults Faults { get; } = new();

    /// <summary>Every request that came with a token, in order, refused ones too.</summary>
    public ConcurrentQueue<ArmRequest> Requests { get; } = new();

    /// <param name="time">Null: the system's.</param>
    public static async Task<ArmServer> StartAsync(TimeProvider? time = null, params ArmType[] types)
    {
        var root = TestAuthority.Create();
        ArmServer? server = null;
        var stub = await StubServer.StartAsync(context => server!.AnswerAsync(context), root.ForServer(["127.0.0.1", "localhost"]));
        server = new(stub, root, time ?? TimeProvider.System);
        foreach (var type in types)
            server.Add(type);
        return server;
    }

    public T Add<T>(T type)
        where T : ArmType
    {
        type.Server = this;
        types.Add(type.Type, type);
        return type;
    }

    /// <summary>What else the server answers, beside the management API: asked first; false: it isn't its.</summary>
    public void Serve(Func<HttpContext, Task<bool>> answer) => besides.Add(answer);

    /// <summary>A group that is there at first.</summary>
    /// <returns>Its id.</returns>
    public string AddGroup(string subscription, string name, string region)
    {
        var id = $"/subscriptions/{subscription}/resourceGroups/{name}";
        var group = new JsonObject
        {
            ["id"] = id,
            ["name"] = name,
            ["type"] = ArmId.GroupType,
            ["location"] = region,
            ["properties"] = new JsonObject { ["provisioningState"] = "Succeeded" },
        };
        Resources.Put(ArmId.Parse(id), group);
        return id;
    }

    /// <summary>Trusts this server's certificate.</summary>
    public HttpMessageHandler Handler() =>
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            SslOptions = new()
            {
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    errors == SslPolicyErrors.None || certificate?.Issuer == authority.Certificate.Subject,
            },
        };

    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync();
        authority.Dispose();
        turn.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        foreach (var beside in besides)
            if (await beside(context))
                return;
        await turn.WaitAsync(context.RequestAborted);
        try
        {
            await AnswerInTurnAsync(context);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task AnswerInTurnAsync(HttpContext context)
    {
        ArmReply reply;
        try
        {
            RequireToken(context.Request);
            var request = await ReadAsync(context.Request);
            Requests.Enqueue(request);
            reply = Answer(request);
            if (Faults.Loses(request))
            {
                context.Abort();
                return;
            }
        }
        catch (ArmException e)
        {
            reply = new(e.Status, e.ToJson()) { Headers = e.Headers };
        }
        catch (InvalidOperationException e)
        {
            // a value of another type than a resource has: the test's mistake, or this server's
            reply = new(400, new ArmException(400, "InvalidRequestContent", e.Message).ToJson());
        }
        await WriteAsync(context, reply);
    }

    private ArmReply Answer(ArmRequest request)
    {
        if (Operations.Look(request) is { } status)
            return status;
        if (Faults.RefusalOf(request) is { } refusal)
            throw refusal;
        var type = TypeOf(request.Id);
        RequireVersion(request, type);
        if (request.Id.ResourceGroup is { } group && type.Type != ArmId.GroupType)
            RequireGroup(request, group);
        if (request is { Method: "GET", Id.IsResource: true } && Resources.Find(request.Id) is { } resource)
            Operations.LookAt(resource);
        return type.Handle(request);
    }

    private ArmType TypeOf(ArmId id)
    {
        if (id.Type is null && id.Path.EndsWith("/resourceGroups", StringComparison.OrdinalIgnoreCase))
            return types[ArmId.GroupType];
        if (id.Type is { } type && types.TryGetValue(type, out var found))
            return found;
        throw new ArmException(
            404,
            "InvalidResourceType",
            $"The resource type '{id.Type}' could not be found in the namespace '{id.Type?.Split('/')[0]}' for api version ''."
        );
    }

    /// <summary>
    /// https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider and
    /// https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-invalid-template
    /// </summary>
    private static void RequireVersion(ArmRequest request, ArmType type)
    {
        if (request.ApiVersion is null)
            throw new ArmException(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests."
            );
        if (type.ApiVersions.Contains(request.ApiVersion))
            return;
        var served = string.Join(", ", type.ApiVersions);
        throw type.Type == ArmId.GroupType
            ? new ArmException(
                400,
                "InvalidApiVersionParameter",
                $"The api-version '{request.ApiVersion}' is invalid. The supported versions are '{served}'."
            )
            : new ArmException(
                400,
                "NoRegisteredProviderFound",
                $"No registered resource provider found for API version '{request.ApiVersion}' for type '{type.Type}'. The supported "
                    + $"api-versions are '{served}'."
            );
    }

    private void RequireGroup(ArmRequest request, string name)
    {
        if (Resources.Find($"/subscriptions/{request.Id.Subscription}/resourceGroups/{name}") is null)
            throw ArmException.NoGroup(name);
    }

    private static void RequireToken(HttpRequest request)
    {
        if (!request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            throw new ArmException(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
            {
                Headers =
                [
                    ("WWW-Authenticate", "Bearer authorization_uri=\"https://login.microsoftonline.com/test\", error=\"invalid_token\""),
                ],
            };
    }

    private static async Task<ArmRequest> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync();
        var query = request.Query.ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new()
        {
            Method = request.Method,
            Id = ArmId.Parse(request.Path.Value ?? "", request.Method == "POST"),
            ApiVersion = query.GetValueOrDefault("api-version"),
            Query = query,
            Body = BodyOf(text),
            IfMatch = request.Headers.IfMatch,
        };
    }

    private static JsonObject? BodyOf(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            throw new ArmException(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized.");
        }
    }

    private async Task WriteAsync(HttpContext context, ArmReply reply)
    {
        var response = context.Response;
        response.StatusCode = reply.Status;
        response.Headers["x-ms-request-id"] = Guid.NewGuid().ToString();
        if (HttpMethods.IsGet(context.Request.Method))
            response.Headers["x-ms-ratelimit-remaining-subscription-reads"] = $"{Interlocked.Decrement(ref reads)}";
        else
            response.Headers["x-ms-ratelimit-remaining-subscription-writes"] = $"{Interlocked.Decrement(ref writes)}";
        foreach (var (name, value) in reply.Headers)
            response.Headers[name] = value;
        if (reply.Body is null || reply.Status is (int)HttpStatusCode.NoContent)
            return;
        response.ContentType = "application/json; charset=utf-8";
        await response.WriteAsync(reply.Body.ToJsonString());
    }
}
