using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Holdfast.TestKit.Functions;

/// <summary>Everything that the worker and the host wrote, in order, for a test's output. Thread-safe.</summary>
public sealed class HostLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> lines = new();

    public IReadOnlyCollection<string> Lines => lines;

    internal void Add(string source, string text) => lines.Enqueue($"[{source}] {text}");

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName);

    public override string ToString() => string.Join('\n', lines);

    public void Dispose() { }

    private sealed class Writer(HostLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
                log.Add(
                    $"host {logLevel} {category}",
                    exception is null ? formatter(state, exception) : $"{formatter(state, exception)}\n{exception}"
                );
        }
    }
}
