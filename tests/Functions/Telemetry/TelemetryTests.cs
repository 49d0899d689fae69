using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.IO.Compression;
using System.Net;
using Holdfast.Functions.Hosting;
using Holdfast.Functions.Tests.Api;
using Holdfast.Functions.Tests.Serving;
using Holdfast.Orchestrations.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Functions.Tests.Telemetry;

public sealed class TelemetryTests(ApiBench bench) : IClassFixture<ApiBench>
{
    [Fact]
    public async Task A_run_its_activities_and_their_requests_are_one_trace()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("Holdfast.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await bench.RegisterAsync("prod-traced");

        var report = await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-traced"]}"""));

        var trace = spans.Where(span => span.TraceId == RunTrace.Of((string)report["run"]!).TraceId).ToList();
        Assert.Superset(
            new HashSet<string> { "Capture", "BeginCapture", "ExportUnit", "SealCapture" },
            trace.Select(span => span.OperationName).ToHashSet()
        );
        Assert.Contains(
            trace,
            span =>
                span.Source.Name == "Holdfast.Clusters"
                && trace.Exists(parent => parent.SpanId == span.ParentSpanId && parent.OperationName == "ExportUnit")
        );
        Assert.Equal("prod-traced", trace.Single(span => span.OperationName == "Capture").GetTagItem("holdfast.cluster"));
    }

    [Fact]
    public async Task What_a_capture_came_to_is_counted()
    {
        var counted = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, listening) => Enable(instrument, listening) };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) => counted.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value)
        );
        listener.Start();
        await bench.RegisterAsync("prod-counted");

        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-counted"]}"""));

        Assert.All(
            new[] { "holdfast.runs", "holdfast.points", "holdfast.objects", "holdfast.bytes" },
            name => Assert.True(counted.GetValueOrDefault(name) > 0, name)
        );
    }

    [Fact]
    public async Task A_policys_age_is_that_of_the_cluster_with_the_oldest_good_point()
    {
        await bench.RegisterAsync("prod-aged");
        await bench.RegisterAsync("prod-never");
        (
            await bench.SendAsync(
                HttpMethod.Put,
                "/api/policies/aged",
                ApiBench
                    .Policy("aged")
                    .Replace("""{"selector":"env=prod"}""", """{"names":["prod-aged","prod-never"]}""", StringComparison.Ordinal),
                "Operator"
            )
        ).Is(HttpStatusCode.Created);
        var begun = Stopwatch.StartNew();
        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod-aged"]}"""));
        var ended = Stopwatch.StartNew();
        var measured = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, listening) => Enable(instrument, listening) };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        await Task.Delay(TimeSpan.FromSeconds(2));

        var least = ended.Elapsed.TotalSeconds;
        await bench.App.Ages.MeasureAsync(bench.App.Environment, CancellationToken.None);
        listener.RecordObservableInstruments();

        // A second for what the clock is set while the stopwatch runs.
        Assert.InRange(measured["holdfast.policy.point.age aged"], least - 1, begun.Elapsed.TotalSeconds + 1);
        Assert.Equal(1, measured["holdfast.policy.clusters.unprotected aged"]);

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length > 0 && tags[0].Key == "policy")
                measured[$"{instrument.Name} {tags[0].Value}"] = value;
        }
    }

    [Fact]
    public async Task It_goes_out_over_OTLP_where_an_endpoint_is_set_and_only_then()
    {
        var paths = new ConcurrentDictionary<string, int>();
        await using var collector = WebHost.Builder(0, 4 << 20).Build();
        collector.Run(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            paths.AddOrUpdate(http.Request.Path.Value!, 1, (_, count) => count + 1);
        });
        await collector.StartAsync();
        var folder = Directory.CreateTempSubdirectory("holdfast-otlp-");

        using (
            var service = await Service.StartAsync(
                folder.FullName,
                ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Urls.First()),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
            )
        )
            await service.StopAsync("TERM");
        var sent = paths.Keys.ToHashSet();
        paths.Clear();
        using (var silent = await Service.StartAsync(folder.FullName, ("OTEL_EXPORTER_OTLP_ENDPOINT", "")))
            await silent.StopAsync("TERM");
        folder.Delete(recursive: true);

        Assert.Contains("/v1/metrics", sent);
        Assert.Contains("/v1/logs", sent);
        Assert.Empty(paths);
    }

    [Fact]
    public async Task It_goes_to_Application_Insights_where_its_connection_string_is_set()
    {
        var bodies = new ConcurrentQueue<string>();
        await using var collector = WebHost.Builder(0, 4 << 20).Build();
        collector.Run(async http =>
        {
            await using var body = new GZipStream(http.Request.Body, CompressionMode.Decompress);
            using var reader = new StreamReader(http.Request.Headers.ContentEncoding == "gzip" ? body : http.Request.Body);
            bodies.Enqueue(await reader.ReadToEndAsync());
            await http.Response.WriteAsync("""{"itemsReceived":0,"itemsAccepted":0,"errors":[]}""");
        });
        await collector.StartAsync();
        var folder = Directory.CreateTempSubdirectory("holdfast-insights-");

        using (
            var service = await Service.StartAsync(
                folder.FullName,
                ("APPLICATIONINSIGHTS_CONNECTION_STRING", $"InstrumentationKey={Guid.Empty};IngestionEndpoint={collector.Urls.First()}/"),
                ("APPLICATIONINSIGHTS_STATSBEAT_DISABLED", "true")
            )
        )
            await service.StopAsync("TERM");
        folder.Delete(recursive: true);

        Assert.All(
            new[] { "MetricData", "MessageData" },
            kind => Assert.Contains(bodies, body => body.Contains($"\"baseType\":\"{kind}\"", StringComparison.Ordinal))
        );
    }

    private static void Enable(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name.StartsWith("Holdfast.", StringComparison.Ordinal))
            listener.EnableMeasurementEvents(instrument);
    }
}
