namespace Holdfast.TestKit.Functions;

/// <summary>What a <see cref="FunctionsHost"/> runs.</summary>
public sealed record FunctionsHostOptions
{
    /// <summary>The folder that was published: host.json, worker.config.json, the worker's assemblies.</summary>
    public required string App { get; init; }

    /// <summary>The app's settings: environment variables of every worker process.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>What the host and its workers wrote; give one log to the hosts that follow each other in a test.</summary>
    public HostLog Log { get; init; } = new();
}
