namespace Holdfast.TestKit.Executing;

/// <summary>A command that an <see cref="ExecEndpoint"/> was asked to run.</summary>
/// <param name="Protocols">What the client offered, in its order.</param>
public sealed record ExecCall(
    string Namespace,
    string Pod,
    string Container,
    IReadOnlyList<string> Command,
    IReadOnlyList<string> Protocols
)
{
    /// <summary><c>shop/db-0/postgres: fsfreeze --freeze /data</c></summary>
    public override string ToString() => $"{Namespace}/{Pod}/{Container}: {string.Join(' ', Command)}";
}

/// <summary>What comes of a command at an <see cref="ExecEndpoint"/>. By default it succeeds at once and writes nothing.</summary>
public sealed record ScriptedExec
{
    /// <summary>An answer in place of the upgrade: a status and a body.</summary>
    public (int Code, string Body)? Refusal { get; init; }

    /// <summary>Which of the client's protocols is chosen, whether it offered it or not; null: the first that both know.</summary>
    public string? Protocol { get; init; }
    public string Stdout { get; init; } = "";
    public string Stderr { get; init; } = "";

    /// <summary>Awaited after the output and before the result.</summary>
    public Func<CancellationToken, Task> Until { get; init; } = static _ => Task.CompletedTask;
    public int ExitCode { get; init; }

    /// <summary>In place of the status that belongs to <see cref="ExitCode"/>.</summary>
    public string? Status { get; init; }
    public ExecEnd End { get; init; }
}

/// <summary>How the server ends an exec.</summary>
public enum ExecEnd
{
    /// <summary>Sends the status and closes the websocket.</summary>
    Orderly,

    /// <summary>Sends the status and leaves the connection open.</summary>
    LeftOpen,

    /// <summary>Closes the websocket without a status.</summary>
    WithoutStatus,

    /// <summary>The connection is cut after the output.</summary>
    Cut,

    /// <summary>Writes output for as long as the client reads.</summary>
    Endless,
}
