using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Holdfast.TestKit.Faults;

/// <summary>A fault between a client and an API server.</summary>
public sealed class Fault
{
    private Fault() { }

    internal (int Status, string Body, (string Name, string Value)[] Headers)? Instead { get; private init; }

    /// <summary>Of the response's body that are let through; null: all.</summary>
    internal long? Bytes { get; private init; }

    /// <summary>After those bytes the response stalls with the connection open.</summary>
    internal bool Stalls { get; private init; }

    /// <summary>Before the request is forwarded to the API server.</summary>
    internal Func<CancellationToken, Task> Before { get; private init; } = _ => Task.CompletedTask;

    /// <summary>Afterwards another rule may apply to the request, including one that was just added.</summary>
    internal bool IsDeed { get; private init; }

    /// <summary>The connection is cut only after the API server has done what it was asked to.</summary>
    internal bool CutsBeforeHeaders { get; private init; }

    /// <summary>Answers in the API server's stead, with a Status document; the request doesn't reach the server.</summary>
    /// <param name="reason">Machine-readable: Expired, TooManyRequests.</param>
    public static Fault Answer(int status, string? reason = null, string message = "injected", params (string Name, string Value)[] headers)
    {
        var document = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = message,
            ["reason"] = reason,
            ["code"] = status,
        };
        return new() { Instead = (status, document.ToJsonString(), [("Content-Type", "application/json"), .. headers]) };
    }

    /// <summary>Answers with any text, as a load balancer would.</summary>
    public static Fault AnswerText(int status, string text, params (string Name, string Value)[] headers) =>
        new() { Instead = (status, text, [("Content-Type", "text/plain"), .. headers]) };

    /// <summary>Ends the connection after so many bytes of the response's body.</summary>
    public static Fault CutAfter(long bytes) => new() { Bytes = bytes };

    /// <summary>The server handles the request, and the connection ends before its answer.</summary>
    public static Fault LoseAnswer() => new() { CutsBeforeHeaders = true };

    /// <summary>The response stalls after this many bytes of its body, until the client gives up or the proxy ends.</summary>
    public static Fault StallAfter(long bytes) => new() { Bytes = bytes, Stalls = true };

    /// <summary>No answer at all, until the client gives up or the proxy ends; the request doesn't reach the server.</summary>
    public static Fault Silence() => new() { Before = cancellation => Task.Delay(Timeout.Infinite, cancellation) };

    /// <summary>Delays the request.</summary>
    public static Fault Delay(TimeSpan time) => new() { Before = cancellation => Task.Delay(time, cancellation) };

    /// <summary>Runs an action first, then forwards the request.</summary>
    public static Fault Meanwhile(Func<Task> deed) => new() { Before = _ => deed(), IsDeed = true };

    /// <summary>Delays the request until the test releases it.</summary>
    public static Fault HoldUntil(Task gate) => new() { Before = gate.WaitAsync };
}

/// <summary>A request as the proxy saw it.</summary>
public sealed record ProxiedRequest(string Method, string Path, string Query)
{
    internal static ProxiedRequest Of(HttpRequest request) =>
        new(request.Method, request.Path.Value ?? "", request.QueryString.Value ?? "");

    /// <summary>A list (or watch) of this resource in any namespace: <c>secrets</c>.</summary>
    public bool IsListOf(string resource) => Method == "GET" && Path.EndsWith("/" + resource, StringComparison.Ordinal);

    public override string ToString() => $"{Method} {Path}{Query}";
}
