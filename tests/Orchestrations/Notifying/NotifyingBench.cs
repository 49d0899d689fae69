using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Control.Connecting;
using Holdfast.Control.Documents;
using Holdfast.Control.Notifications;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Stores;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Orchestrations.Tests.Notifying;

/// <summary>A service with one target, a receiver on loopback, and a clock that a test sets.</summary>
internal sealed class NotifyingBench : IAsyncDisposable
{
    public const string Key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    public const string SecretPath = "/services/T0/B0/topsecret";
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 1, 0, TimeSpan.Zero);

    private readonly DirectoryInfo secrets = Directory.CreateTempSubdirectory("holdfast-notifying-");
    private RunningHub? hub;

    public SettableTime Time { get; } = new(Noon);
    public MemoryDocuments Control { get; } = new();
    public MemoryStore Vault { get; } = new();
    public ConcurrentQueue<Posted> Received { get; } = new();
    public StubServer Receiver { get; private set; } = null!;

    /// <summary>What the receiver does after it has taken note of a message.</summary>
    public RequestDelegate Answer { get; set; } = _ => Task.CompletedTask;

    public RunEnvironment Environment { get; set; } = null!;

    public string? HubFile { get; init; }

    public static async Task<NotifyingBench> StartAsync(bool local = true, string? hubFile = null)
    {
        var bench = new NotifyingBench { HubFile = hubFile };
        bench.Receiver = await StubServer.StartAsync(bench.ReceiveAsync);
        var access = new RegistrationAccess { LocalEndpoints = local, CredentialFolders = [bench.secrets.FullName] };
        bench.Environment = new((_, _) => throw new NotSupportedException(), bench.Vault, bench.Control, bench.Time)
        {
            Notifications = new NotificationAccess(access, null),
        };
        await System.IO.File.WriteAllTextAsync(bench.File("key"), Key + "\n");
        await System.IO.File.WriteAllTextAsync(bench.File("url"), new Uri(bench.Receiver.Url, SecretPath).AbsoluteUri);
        return bench;
    }

    public string File(string name) => Path.Combine(secrets.FullName, name);

    /// <param name="members">Of the document, beside its name and webhook.</param>
    public async Task AddAsync(string name, string format = "json", string members = "{}", Uri? url = null)
    {
        var document = JsonNode.Parse(members)!.AsObject();
        document["version"] = 1;
        document["name"] = name;
        document["webhook"] ??=
            format == "json"
                ? new JsonObject
                {
                    ["format"] = format,
                    ["url"] = (url ?? new Uri(Receiver.Url, "/hook")).AbsoluteUri,
                    ["signingSecret"] = Secret("key"),
                }
                : new JsonObject { ["format"] = format, ["secretUrl"] = Secret("url") };
        if (document.ContainsKey("mail"))
            document.Remove("webhook");
        var reading = NotificationTarget.Read(System.Text.Encoding.UTF8.GetBytes(document.ToJsonString()));
        Assert.Empty(reading.Problems);
        await new ControlDocuments(Control).DeleteNotificationAsync(name, null, default);
        await new ControlDocuments(Control).CreateNotificationAsync(reading.Document!, default);
    }

    public JsonObject Secret(string file) => new() { ["file"] = new JsonObject { ["path"] = File(file) } };

    /// <summary>A run that failed, as its last activity reports it.</summary>
    public async Task<RunReport> FailAsync(uint number = 1, string policy = "nightly", string cluster = "prod")
    {
        var report = Report(RunId.New(Time.Now, number), policy, cluster);
        await new RunReports(Control, Time).WriteAsync(report, default);
        return report;
    }

    public RunReport Report(RunId run, string policy = "nightly", string cluster = "prod") =>
        new()
        {
            Run = run,
            Kind = RunKind.Capture,
            State = RunState.Failed,
            RequestedBy = "tests",
            Policy = policy,
            Cluster = ClusterName.Parse(cluster),
            StartedAt = Time.Now.AddMinutes(-1),
            EndedAt = Time.Now,
            Failure = new(FailureSide.Cluster, "Unreachable", "the API server doesn't answer", "Look at the network"),
        };

    /// <summary>What the service does in a minute.</summary>
    public async Task DeliverAsync(TimeSpan? later = null)
    {
        Time.Now += later ?? TimeSpan.Zero;
        hub ??= await RunningHub.StartAsync(Environment, HubFile);
        var order = new NotifyOrder(Time.Now);
        await hub.StartAsync(Orchestrators.Notify, order.InstanceId, order);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await hub.Client.WaitForInstanceCompletionAsync(order.InstanceId, patience.Token);
    }

    public async Task<RunningHub> StartHubAsync() => hub = await RunningHub.StartAsync(Environment, HubFile);

    public async Task StopHubAsync()
    {
        await hub!.DisposeAsync();
        hub = null;
    }

    public Task<DeliveryState> StateAsync(string target = "on-call") => DeliveryState.ReadAsync(Control, target, default);

    public async Task<List<string>> PathsAsync(string folder) => await Control.ListAsync(folder, null, default).ToListAsync();

    public async ValueTask DisposeAsync()
    {
        if (hub is not null)
            await hub.DisposeAsync();
        await Receiver.DisposeAsync();
        secrets.Delete(recursive: true);
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        Received.Enqueue(
            new(context.Request.Path, context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()), body)
        );
        await Answer(context);
    }
}

internal sealed record Posted(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonNode Json => JsonNode.Parse(Body)!;
    public string Id => Headers["webhook-id"];
}
