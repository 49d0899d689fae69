using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Holdfast.Functions.Tests.Api;

/// <summary>
/// A Secret that can be recognised is captured, planned for and restored by the service. No answer, document of the control container, log
/// or span may hold it.
/// </summary>
public sealed class CanaryTests : IAsyncLifetime
{
    private const string Canary = "canary-9d41f0c7";
    private static readonly string Encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(Canary)).TrimEnd('=');

    private readonly LoggedLines log = new();
    private readonly ConcurrentQueue<string> spans = new();
    private ApiBench bench = null!;

    public async Task InitializeAsync()
    {
        bench = new() { Logging = log };
        await bench.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await bench.DisposeAsync();
        bench.Dispose();
        log.Dispose();
    }

    [Fact]
    public async Task No_secret_of_a_cluster_is_in_an_answer_a_document_a_log_or_a_span()
    {
        using var listener = Listen();
        var cluster = await bench.RegisterAsync("prod");
        await cluster.SeedShopAsync();
        await cluster.CreateSecretAsync("canary", Encoded);
        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod"]}"""));
        await cluster.CreateSecretAsync("second", Encoded);
        await bench.ReportAsync(await bench.PostAsync("/api/captures", """{"clusters":["prod"]}"""));
        var planned = await bench.ReportAsync(
            await bench.PostAsync(
                "/api/plans",
                """{"cluster":"prod","point":"latest","selection":{"namespaces":["shop"]},"existing":"replace"}"""
            )
        );
        await bench.ReportAsync(
            await bench.PostAsync(
                "/api/restores",
                """{"cluster":"prod","point":"latest","selection":{"namespaces":["shop"]},"existing":"replace"}"""
            )
        );
        var point = (string)(await bench.GetAsync("/api/points?cluster=prod&limit=1")).Json["items"]![0]!["id"]!;
        var answers = new StringBuilder();
        foreach (
            var path in (string[])
                [
                    $"/api/plans/{planned["run"]}",
                    "/api/runs",
                    "/api/audit",
                    "/health",
                    "/api/clusters",
                    $"/api/points/prod/{point}",
                    $"/api/points/prod/{point}/manifests?namespace=shop",
                ]
        )
            answers.AppendLine((await bench.GetAsync(path, "Reader Admin Operator")).Body);

        AssertNone(answers.ToString(), "an answer");
        await foreach (var path in bench.Control.ListAsync("", null, CancellationToken.None))
            AssertNone(Encoding.UTF8.GetString((await bench.Control.ReadAsync(path, CancellationToken.None))!.Content.Span), path);
        AssertNone(string.Join('\n', log.Lines), "the log");
        AssertNone(string.Join('\n', spans), "a span");
        Assert.NotEmpty(spans);
        Assert.NotEmpty(log.Lines);
    }

    private static void AssertNone(string text, string where) =>
        Assert.False(
            text.Contains(Canary, StringComparison.Ordinal) || text.Contains(Encoded, StringComparison.Ordinal),
            $"{where} holds the secret"
        );

    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
                spans.Enqueue(
                    $"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects.Select(t => $"{t.Key}={t.Value}"))}"
                ),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>What every logger says, at any level, with its exceptions.</summary>
    private sealed class LoggedLines : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public void AddProvider(ILoggerProvider provider)
        {
            // one is enough
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
            // nothing is held
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Enqueue($"{formatter(state, exception)} {exception}");
    }
}
