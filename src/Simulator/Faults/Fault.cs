namespace Holdfast.Simulator.Faults;

/// <summary>What goes wrong with the requests that it matches. Several of its effects happen in the order of the properties.</summary>
/// <param name="PathPart">A part of the path and query, as sent: <c>/api/v1/secrets</c>, <c>continue=</c>; empty for every request.</param>
public sealed record Fault(string PathPart)
{
    /// <summary>Only requests of this method; null: of any.</summary>
    public string? Method { get; init; }

    /// <summary>Matching requests that pass before it strikes.</summary>
    public int After { get; init; }

    /// <summary>How many requests it strikes at most.</summary>
    public int Times { get; init; } = int.MaxValue;

    /// <summary>Compacts the cluster first: exact lists, continue tokens and watches from before answer 410.</summary>
    public bool Compact { get; init; }

    /// <summary>The answer comes later.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Answers this status (429, 500, 401, ...) instead; null: the real answer.</summary>
    public int? Status { get; init; }

    /// <summary>Seconds in <c>Retry-After</c> of <see cref="Status"/>.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The connection breaks after so many bytes of the body.</summary>
    public long? CutAfter { get; init; }

    /// <summary>Nothing more comes after so many bytes of the body, and the connection stays.</summary>
    public long? StallAfter { get; init; }
}

/// <summary>A fault at work; disposing takes it away.</summary>
public sealed class InjectedFault : IDisposable
{
    private readonly Action<InjectedFault> _remove;
    private int _met;
    private int _struck;

    internal InjectedFault(Fault fault, Action<InjectedFault> remove)
    {
        Fault = fault;
        _remove = remove;
    }

    public Fault Fault { get; }

    /// <summary>Requests that it has struck.</summary>
    public int Struck => Volatile.Read(ref _struck);

    public void Dispose() => _remove(this);

    internal bool Strikes(string method, string target)
    {
        if ((Fault.Method is { } only && only != method) || !target.Contains(Fault.PathPart, StringComparison.Ordinal))
            return false;
        if (Interlocked.Increment(ref _met) is var met && (met <= Fault.After || met - Fault.After > Fault.Times))
            return false;
        Interlocked.Increment(ref _struck);
        return true;
    }
}
