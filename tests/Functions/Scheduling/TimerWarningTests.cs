using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Functions.App;
using Holdfast.Functions.Scheduling;
using Holdfast.Functions.Settings;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Logging;

namespace Holdfast.Functions.Tests.Scheduling;

/// <summary>What goes wrong in a timer is logged and warned about, and the next turn comes.</summary>
public sealed class TimerWarningTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly SettableTime time = new(Noon);
    private readonly MemoryDocuments control = new();
    private readonly KeptLog log = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly HoldfastApp app;

    public TimerWarningTests()
    {
        var environment = new RunEnvironment((_, _) => throw new InvalidOperationException("a bug"), new MemoryStore(), control, time)
        {
            Stopping = stopping.Token,
        };
        app = new(new AppSettings(_ => null), environment, [], time, new LoggerFactory([log]));
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task A_timer_that_fails_is_warned_about_since_it_first_did_until_it_does_well()
    {
        await using var engine = await EmbeddedEngine.StartAsync(app, stopping, time);
        await Timers.ScheduleAsync(app, null!, default);
        time.Now += TimeSpan.FromMinutes(1);
        await Timers.ScheduleAsync(app, null!, default);

        var warning = Assert.Single(app.Warnings.All);
        Assert.Equal(("timer", (DateTimeOffset?)Noon), (warning.Kind, warning.Since));
        await Timers.ScheduleAsync(app, engine.Client, default);

        Assert.Empty(app.Warnings.All);
    }

    [Fact]
    public async Task A_document_that_can_not_be_used_is_logged_once_however_often_it_is_read()
    {
        await control.PutAsync("policies/broken.json", "{"u8.ToArray(), default);

        for (var turn = 0; turn < 3; turn++)
            await new ControlDocuments(control).AllPoliciesAsync(default);

        Assert.Single(log.Lines, line => line.Contains("policies/broken.json", StringComparison.Ordinal));
        var warning = Assert.Single(app.Warnings.All);
        Assert.Equal(("document", "policies/broken.json"), (warning.Kind, warning.Subject));
    }

    [Fact]
    public async Task A_bug_in_a_step_of_a_run_leaves_its_stack_in_the_log()
    {
        await using var engine = await EmbeddedEngine.StartAsync(app, stopping, time);
        var run = app.NewRun();
        await app.Orders.StartAsync(
            engine.Client,
            at =>
                new(at)
                {
                    Capture = new()
                    {
                        Run = run,
                        Cluster = Archive.Format.ClusterName.Parse("prod"),
                        RequestedBy = "tests",
                        Attempts = 1,
                        Request = new(),
                    },
                },
            default
        );
        await engine.Client.WaitForInstanceCompletionAsync(run.ToString(), default).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Contains(
            log.Lines,
            line => line.Contains("a bug", StringComparison.Ordinal) && line.Contains("   at Holdfast.", StringComparison.Ordinal)
        );
    }

    private sealed class KeptLog : ILoggerProvider, ILogger
    {
        private readonly List<string> lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (lines)
                    return [.. lines];
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            lock (lines)
                lines.Add($"{formatter(state, exception)} {exception}");
        }

        public void Dispose() { }
    }
}
