using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// Traces of runs, under the source <c>Holdfast.Orchestrations</c>. A run and everything that it does are in one trace, in whatever process
/// and whatever the engine hands on: the trace's id follows from the run's.
/// </summary>
public static class RunTrace
{
    public const string SourceName = "Holdfast.Orchestrations";

    internal static readonly ActivitySource Source = new(SourceName);

    /// <summary>What ids of children add to their parent's.</summary>
    private static readonly char[] Separators = ['.', ':'];

    /// <summary>The parent of everything that an instance does.</summary>
    public static ActivityContext Of(string instanceId)
    {
        var end = instanceId.IndexOfAny(Separators);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(end < 0 ? instanceId : instanceId[..end]), digest);
        return new(
            ActivityTraceId.CreateFromBytes(digest[..16]),
            ActivitySpanId.CreateFromBytes(digest[16..24]),
            ActivityTraceFlags.Recorded,
            isRemote: true
        );
    }

    /// <returns>Null: no one listens.</returns>
    internal static Activity? Begin(string activity, string instanceId)
    {
        if (!Source.HasListeners())
            return null;
        var span = Source.StartActivity(activity, ActivityKind.Consumer, Of(instanceId));
        span?.SetTag("holdfast.instance", instanceId);
        return span;
    }
}
