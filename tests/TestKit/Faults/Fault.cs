using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Holdfast.TestKit.Faults;

/// <summary>One thing that goes wrong between a client and an API server.</summary>
public sealed class Fault
{
    private Fault() { }

    internal (int Status, string Body, (string Name, string Value)[] Headers)? Instead { get; private init; }

    /// <summary>Of the response's body that are let through; null: all.</summary>
    internal long? Bytes { get; private init; }

    /// <summary>After those bytes nothing more comes, and the connection stays open.</summary>
    internal bool Stalls { get; private init; }

    /// <summary>Before the request goes on to the API server.</summary>
    internal Func<CancellationToken, Task> Before { get; private init; } = _ => Task.CompletedTask;

    /// <summary>Afterwards the request may go wrong by another rule, also by one that was made just now.</summary>
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

    /// <summary>The server does what it was asked to, and the connection ends before its answer comes.</summary>
    public static Fault LoseAnswer() => new() { CutsBeforeHeaders = true };

    /// <summary>After so many bytes of the response's body nothing comes any more, until the client gives up or the proxy ends.</summary>
    public static Fault StallAfter(long bytes) => new() { Bytes = bytes, Stalls = true };

    /// <summary>No answer at all, until the client gives up or the proxy ends; the request doesn't reach the server.</summary>
    public static Fault Silence() => new() { Before = cancellation => Task.Delay(Timeout.Infinite, cancellation) };

    /// <summary>Holds the request back so long.</summary>
    public static Fault Delay(TimeSpan time) => new() { Before = cancellation => Task.Delay(time, cancellation) };

    /// <summary>Does something first, then lets the request through, unharmed unless by what was done.</summary>
    public static Fault Meanwhile(Func<Task> deed) => new() { Before = _ => deed(), IsDeed = true };

    /// <summary>Holds the request back until the test lets it go.</summary>
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
