using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;

namespace Holdfast.Clusters.Connections;

/// <summary>
/// Requests as spans of the source, and answers 429 as a metric of the meter <c>Holdfast.Clusters</c>. No trace headers are sent: API
/// servers aren't part of our traces.
/// </summary>
internal static class RequestTelemetry
{
    private const string Name = "Holdfast.Clusters";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Counter<long> Throttlings = new Meter(Name).CreateCounter<long>(
        "holdfast.cluster.throttled",
        "{answer}",
        "429 answers of API servers"
    );

    /// <summary>Ends when headers are read. Null: no listener.</summary>
    public static Activity? Begin(HttpRequestMessage request)
    {
        if (!Source.HasListeners())
            return null;
        var span = Source.StartActivity(request.Method.Method, ActivityKind.Client);
        return span
            ?.SetTag("http.request.method", request.Method.Method)
            .SetTag("server.address", request.RequestUri?.Host)
            .SetTag("url.path", request.RequestUri?.AbsolutePath);
    }

    public static void Answered(Activity? span, HttpStatusCode status)
    {
        span?.SetTag("http.response.status_code", (int)status);
        if (status == HttpStatusCode.TooManyRequests)
            Throttlings.Add(1);
    }
}
