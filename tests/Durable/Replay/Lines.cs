using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Tests.Replay;

/// <summary>What was logged, a message a line.</summary>
internal sealed class Lines(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
{
    public static ILoggerFactory Into(ConcurrentQueue<string> lines) => LoggerFactory.Create(builder => builder.AddProvider(new Lines(lines)));

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Enqueue(formatter(state, exception));

    public void Dispose()
    {
    }
}
