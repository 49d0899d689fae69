using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm;

/// <summary>How long an operation takes: both must have passed.</summary>
/// <param name="Looks">How often its status, or its resource, is asked for before it has ended; 0: it ends within its request.</param>
/// <param name="Time">By the server's clock.</param>
public sealed record ArmPace(int Looks, TimeSpan Time)
{
    public static readonly ArmPace AtOnce = new(0, TimeSpan.Zero);
}

/// <summary>
/// Long-running operations: begun with 201 or 202, <c>Azure-AsyncOperation</c>, <c>Location</c> and <c>Retry-After</c>; followed by GETs of
/// either address.
/// </summary>
/// <remarks>
/// https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations. The address of a status has the form that the
/// examples of Microsoft.Compute 2023-10-02 show. An ended operation stays readable here for ever; how long Azure keeps it isn't published.
/// </remarks>
public sealed class ArmOperations(ArmServer server)
{
    private readonly ConcurrentDictionary<string, Running> byId = new();

    /// <summary>Of the operations that begin from now on. Default: one look.</summary>
    public ArmPace Pace { get; set; } = new(1, TimeSpan.Zero);

    /// <summary>What clients are asked to wait between two looks. Default: one second.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many have begun.</summary>
    public int Begun => byId.Count;

    /// <param name="resource">What the operation works on; its <c>provisioningState</c> shows a failure.</param>
    /// <param name="end">Has its effect.</param>
    /// <param name="shown">What the request is answered with while the operation runs; null: nothing.</param>
    /// <param name="status">Of an answer that isn't an accepted one: of a PUT that ends at once, or of one that has made something.</param>
    /// <param name="failed">Notes a failure where the contract of the resource has a place for it.</param>
    /// <param name="output">What the <c>Location</c> answers with at the end: the result of an action.</param>
    public ArmReply Begin(
        ArmRequest request,
        string region,
        JsonObject resource,
        Action end,
        JsonObject? shown,
        int status,
        Func<JsonObject>? output = null,
        Action<ArmException>? failed = null
    )
    {
        var running = new Running
        {
            Name = Guid.NewGuid().ToString(),
            Resource = resource,
            End = end,
            Output = output,
            Failed = failed,
            Pace = Pace,
            Began = server.Time.GetUtcNow(),
            Failure = server.Faults.FailureOf(request),
        };
        if (running.Failure is null && Pace == ArmPace.AtOnce)
        {
            end();
            return new(
                request.Method == "DELETE" ? 200
                    : status == 202 ? 200
                    : status,
                output?.Invoke() ?? shown?.DeepClone()
            );
        }
        byId[running.Name] = running;
        var address =
            $"/subscriptions/{request.Id.Subscription}/providers/{request.Id.Type?.Split('/')[0]}/locations/{region}/operations/"
            + $"{running.Name}?api-version={request.ApiVersion}";
        return new(status == 200 ? 202 : status, shown?.DeepClone())
        {
            Headers =
            [
                ("Azure-AsyncOperation", new Uri(server.Url, address).AbsoluteUri),
                ("Location", new Uri(server.Url, address + "&monitor=true").AbsoluteUri),
                RetryHeader(),
            ],
        };
    }

    /// <summary>A look at an operation. Null: the path is none's.</summary>
    public ArmReply? Look(ArmRequest request)
    {
        var segments = request.Id.Path.Split('/');
        if (request.Method != "GET" || segments.Length < 3 || segments[^2] != "operations")
            return null;
        if (!byId.TryGetValue(segments[^1], out var running))
            throw new ArmException(404, "NotFound", "The operation was not found.");
        Advance(running);
        return request.Query.ContainsKey("monitor") ? Monitor(running) : Status(running);
    }

    /// <summary>A look at a resource is a look at what is done to it.</summary>
    public void LookAt(JsonObject resource)
    {
        foreach (var running in byId.Values.Where(r => ReferenceEquals(r.Resource, resource)))
            Advance(running);
    }

    /// <summary>Whatever runs ends now.</summary>
    public void Finish()
    {
        foreach (var running in byId.Values.Where(r => !r.HasEnded))
        {
            running.Looks = running.Pace.Looks;
            running.Pace = ArmPace.AtOnce;
            Advance(running);
        }
    }

    private ArmReply Status(Running running)
    {
        var body = new JsonObject
        {
            ["name"] = running.Name,
            ["startTime"] = running.Began.ToString("O", CultureInfo.InvariantCulture),
            ["status"] =
                !running.HasEnded ? "InProgress"
                : running.Failure is null ? "Succeeded"
                : "Failed",
        };
        if (running is { HasEnded: true, Failure: { } failure })
            body["error"] = failure.ToJson()["error"]!.DeepClone();
        if (running is { HasEnded: true, Failure: null, Output: { } output })
            body["properties"] = new JsonObject { ["output"] = output() };
        return new(200, body) { Headers = running.HasEnded ? [] : [RetryHeader()] };
    }

    /// <summary>202 until it has ended; then what a request that ended at once would have been answered with.</summary>
    private ArmReply Monitor(Running running)
    {
        if (!running.HasEnded)
            return new(202) { Headers = [RetryHeader()] };
        if (running.Failure is { } failure)
            throw failure;
        return running.Output is { } output ? ArmReply.Ok(output()) : new(200, running.Resource.DeepClone());
    }

    private void Advance(Running running)
    {
        if (running.HasEnded)
            return;
        running.Looks++;
        if (running.Looks <= running.Pace.Looks - 1 || server.Time.GetUtcNow() - running.Began < running.Pace.Time)
            return;
        running.HasEnded = true;
        if (running.Failure is null)
            running.End();
        else if (running.Resource["properties"] is JsonObject properties)
        {
            properties["provisioningState"] = "Failed";
            running.Failed?.Invoke(running.Failure);
        }
    }

    private (string, string) RetryHeader() => ("Retry-After", $"{Math.Ceiling(RetryAfter.TotalSeconds):0}");

    private sealed class Running
    {
        public required string Name { get; init; }
        public required JsonObject Resource { get; init; }
        public required Action End { get; init; }
        public required Func<JsonObject>? Output { get; init; }
        public required Action<ArmException>? Failed { get; init; }
        public required ArmPace Pace { get; set; }
        public required DateTimeOffset Began { get; init; }
        public required ArmException? Failure { get; init; }
        public int Looks { get; set; }
        public bool HasEnded { get; set; }
    }
}
