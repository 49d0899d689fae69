namespace Holdfast.Simulator.Faults;

/// <summary>A fault in matching requests. Several effects happen in the order of the properties.</summary>
/// <param name="PathPart">A part of the path and query, as sent: <c>/api/v1/secrets</c>, <c>continue=</c>; empty for every request.</param>
public sealed record Fault(string PathPart)
{
    /// <summary>Only requests of this method; null: of any.</summary>
    public string? Method { get; init; }

    /// <summary>Number of matching requests that pass first.</summary>
    public int After { get; init; }

    /// <summary>Maximum number of affected requests.</summary>
    public int Times { get; init; } = int.MaxValue;

    /// <summary>Compacts the cluster first: exact lists, continue tokens and watches from before answer 410.</summary>
    public bool Compact { get; init; }

    /// <summary>Delays the answer.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Answers this status (429, 500, 401, ...) instead; null: the real answer.</summary>
    public int? Status { get; init; }

    /// <summary>Seconds in <c>Retry-After</c> of <see cref="Status"/>.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Breaks the connection after this many bytes of the body.</summary>
    public long? CutAfter { get; init; }

    /// <summary>Stalls after this many bytes of the body, keeping the connection open.</summary>
    public long? StallAfter { get; init; }
}

/// <summary>An active fault; disposing it removes it.</summary>
public sealed class InjectedFault : IDisposable
{
    private readonly Action<InjectedFault> remove;
    private int matched;
    private int struck;

    internal InjectedFault(Fault fault, Action<InjectedFault> remove)
    {
        Fault = fault;
        this.remove = remove;
    }

    public Fault Fault { get; }

    /// <summary>Number of affected requests.</summary>
    public int Struck => Volatile.Read(ref struck);

    public void Dispose() => remove(this);

    internal bool Strikes(string method, string target)
    {
        if ((Fault.Method is { } only && only != method) || !target.Contains(Fault.PathPart, StringComparison.Ordinal))
            return false;
        if (Interlocked.Increment(ref matched) is var met && (met <= Fault.After || met - Fault.After > Fault.Times))
            return false;
        Interlocked.Increment(ref struck);
        return true;
    }
}
