using Holdfast.Machine.Terminals;

namespace Holdfast.Functions.Hosting;

/// <summary>Logs a line an entry.</summary>
internal sealed class ConsoleLog(TextWriter output) : ILoggerProvider
{
    private readonly Lock gate = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() { }

    private void Write(LogLevel level, string category, string text)
    {
        lock (gate)
            output.WriteLine($"{Word(level)} {category}: {text}");
    }

    private static string Word(LogLevel level) =>
        level switch
        {
            LogLevel.Critical or LogLevel.Error => "error",
            LogLevel.Warning => "warn",
            LogLevel.Information => "info",
            _ => "debug",
        };

    private sealed class Logger(ConsoleLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            var text = formatter(state, exception);
            log.Write(logLevel, category, OneLine(exception is null ? text : $"{text}: {exception}"));
        }

        /// <summary>
        /// A line break in a name from outside must not look like another entry, nor steer the terminal that shows the log.
        /// </summary>
        private static string OneLine(string text) => Printable.Of(text.ReplaceLineEndings(" | "));
    }
}
