using System.Globalization;
using System.Text;

namespace Holdfast.TestKit.Worm;

/// <param name="Path">Below the account: <c>CONTAINER/NAME</c>, unescaped.</param>
public sealed record WormRequest(
    string Method,
    string Path,
    IReadOnlyDictionary<string, string> Query,
    Func<string, string?> Header,
    byte[] Body
)
{
    public string Container => Path.Split('/')[0];
    public string Name => Path.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? Path[(slash + 1)..] : "";
    public string? Comp => Query.GetValueOrDefault("comp");
    public string? Version => Query.GetValueOrDefault("versionid");
}

public sealed record WormReply(int Status, byte[] Body, params (string Name, string Value)[] Headers);

/// <summary>
/// A storage account whose containers behave as <see cref="WormContainer"/> says, over the REST API of Azure Blob Storage as far as a vault
/// uses it (https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api, version 2025-11-05). Thread-safe: one request at a
/// time. Signatures aren't checked.
/// </summary>
public sealed class WormAccount(TimeProvider time, WormOptions? options = null)
{
    private readonly WormOptions options = options ?? new();
    private readonly Dictionary<string, WormContainer> containers = [];
    private readonly Lock gate = new();

    public TimeProvider Time => time;

    /// <summary>Every request, in order.</summary>
    public List<WormRequest> Requests { get; } = [];

    /// <summary>Refuses a request before it is looked at, with a code; null: it doesn't.</summary>
    public Func<WormRequest, WormException?> Refuses { get; set; } = _ => null;

    /// <summary>For a test to look into and to tamper with; made if it isn't there.</summary>
    public WormContainer Container(string name)
    {
        lock (gate)
        {
            if (!containers.TryGetValue(name, out var found))
                containers.Add(name, found = new(options, time));
            return found;
        }
    }

    public WormReply Answer(WormRequest request)
    {
        lock (gate)
        {
            Requests.Add(request);
            try
            {
                if (Refuses(request) is { } refusal)
                    throw refusal;
                return request.Query.GetValueOrDefault("restype") switch
                {
                    "service" => ServiceProperties(),
                    "account" => new(200, [], ("x-ms-sku-name", "Standard_ZRS"), ("x-ms-account-kind", "StorageV2")),
                    "container" when request.Comp is null => AnswerContainer(request),
                    "container" when request.Comp == "list" => WormListing.Of(Find(request), request, options),
                    null when request.Name.Length > 0 => AnswerBlob(Find(request), request),
                    _ => throw new WormException(400, "UnsupportedQueryParameter"),
                };
            }
            catch (WormException refused)
            {
                return Refusal(refused);
            }
        }
    }

    private static WormReply Refusal(WormException refused) =>
        new(
            refused.Status,
            Encoding.UTF8.GetBytes(
                $"""<?xml version="1.0" encoding="utf-8"?><Error><Code>{refused.Code}</Code><Message>no</Message></Error>"""
            ),
            ("x-ms-error-code", refused.Code),
            ("Content-Type", "application/xml")
        );

    private WormContainer Find(WormRequest request) =>
        containers.GetValueOrDefault(request.Container) ?? throw new WormException(404, "ContainerNotFound");

    /// <summary>https://learn.microsoft.com/rest/api/storageservices/get-blob-service-properties</summary>
    private WormReply ServiceProperties()
    {
        if (!options.ShowsServiceProperties)
            throw new WormException(403, "AuthorizationPermissionMismatch");
        var days = options.SoftDelete is { } kept ? $"<Days>{kept.TotalDays.ToString(CultureInfo.InvariantCulture)}</Days>" : "";
        var isOn = options.SoftDelete is null ? "false" : "true";
        return Xml(
            $"<StorageServiceProperties><DeleteRetentionPolicy><Enabled>{isOn}</Enabled>{days}</DeleteRetentionPolicy>"
                + "</StorageServiceProperties>"
        );
    }

    private WormReply AnswerContainer(WormRequest request)
    {
        if (request.Method == "PUT")
            return containers.TryAdd(request.Container, new(options, time))
                ? new(201, [], Tags("\"0x0\"", time.GetUtcNow()))
                : throw new WormException(409, "ContainerAlreadyExists");
        Find(request);
        return new(
            200,
            [],
            [
                .. Tags("\"0x0\"", time.GetUtcNow()),
                ("x-ms-immutable-storage-with-versioning-enabled", options.Immutability ? "true" : "false"),
                ("x-ms-has-immutability-policy", options.DefaultTerm is null ? "false" : "true"),
                ("x-ms-has-legal-hold", "false"),
                .. options.PublicAccess is { } access ? (ReadOnlySpan<(string, string)>)[("x-ms-blob-public-access", access)] : [],
            ]
        );
    }

    private static WormReply AnswerBlob(WormContainer container, WormRequest request) =>
        (request.Method, request.Comp) switch
        {
            ("GET" or "HEAD", null) => WormReading.Of(container.Find(request.Name, request.Version), request),
            ("PUT", null) => Put(container, request),
            ("DELETE", null) => Done(202, () => container.Delete(request.Name, request.Version)),
            ("PUT", "undelete") => Done(200, () => container.Undelete(request.Name)),
            ("PUT", "immutabilityPolicies") => Done(
                200,
                () => container.SetPolicy(request.Name, request.Version, Until(request)!.Value, IsLocked(request))
            ),
            ("DELETE", "immutabilityPolicies") => Done(200, () => container.RemovePolicy(request.Name, request.Version)),
            ("PUT", "legalhold") => Hold(container, request, request.Header("x-ms-legal-hold") == "true"),
            _ => throw new WormException(400, "UnsupportedQueryParameter"),
        };

    private static WormReply Put(WormContainer container, WormRequest request)
    {
        var current = container.Blobs.GetValueOrDefault(request.Name)?.Current;
        if (request.Header("If-None-Match") == "*" && current is not null)
            throw new WormException(409, "BlobAlreadyExists");
        if (request.Header("If-Match") is { } tag && tag != current?.ETag)
            throw new WormException(412, "ConditionNotMet");
        var made = container.Put(request.Name, request.Body, Until(request), IsLocked(request), new Dictionary<string, string>());
        if (request.Header("x-ms-legal-hold") == "true")
            container.SetLegalHold(request.Name, made.Id, isHeld: true);
        return new(
            201,
            [],
            [
                .. Tags(made.ETag, made.Modified),
                ("x-ms-request-server-encrypted", "true"),
                .. made.Id is { } id ? (ReadOnlySpan<(string, string)>)[("x-ms-version-id", id)] : [],
            ]
        );
    }

    private static WormReply Hold(WormContainer container, WormRequest request, bool isHeld)
    {
        container.SetLegalHold(request.Name, request.Version, isHeld);
        return new(200, [], ("x-ms-legal-hold", isHeld ? "true" : "false"));
    }

    private static WormReply Done(int status, Action action)
    {
        action();
        return new(status, []);
    }

    private static DateTimeOffset? Until(WormRequest request) =>
        request.Header("x-ms-immutability-policy-until-date") is { } text
            ? DateTimeOffset.ParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : null;

    private static bool IsLocked(WormRequest request) =>
        string.Equals(request.Header("x-ms-immutability-policy-mode"), "locked", StringComparison.OrdinalIgnoreCase);

    internal static WormReply Xml(string body) =>
        new(200, Encoding.UTF8.GetBytes($"""<?xml version="1.0" encoding="utf-8"?>{body}"""), ("Content-Type", "application/xml"));

    internal static (string Name, string Value)[] Tags(string tag, DateTimeOffset modified) =>
        [("ETag", tag), ("Last-Modified", modified.ToString("r", CultureInfo.InvariantCulture))];
}
