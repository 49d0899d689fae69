using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using TraceContext = System.Diagnostics.ActivityContext;

namespace Holdfast.Durable.Tracing;

/// <summary>
/// Traces of orchestrations and their activities, under the source <c>Holdfast.Durable</c>. An instance and everything that it calls are in one trace, in whatever process they run and whatever the engine
/// hands on: its id follows from the id of the instance that the others descend from.
/// </summary>
public static class InstanceTrace
{
    public const string SourceName = "Holdfast.Durable";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>What ids of children add to their parent's.</summary>
    private static readonly char[] Separators = ['.', ':'];

    /// <summary>The parent of everything that an instance does.</summary>
    public static TraceContext Of(string instanceId)
    {
        var end = instanceId.IndexOfAny(Separators);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(end < 0 ? instanceId : instanceId[..end]), digest);
        return new(ActivityTraceId.CreateFromBytes(digest[..16]), ActivitySpanId.CreateFromBytes(digest[16..24]), ActivityTraceFlags.Recorded, isRemote: true);
    }

    /// <summary>Null: nobody listens.</summary>
    internal static Activity? Begin(string activity, string instanceId)
    {
        if (!Source.HasListeners())
            return null;
        var span = Source.StartActivity(activity, ActivityKind.Consumer, Of(instanceId));
        span?.SetTag("holdfast.instance", instanceId);
        return span;
    }
}
