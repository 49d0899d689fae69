using System.Text;

namespace Holdfast.Durable.CustomHandler;

/// <summary>What a <c>durableClient</c> input tells of how to reach the Durable extension. It holds the system key and never prints it.</summary>
/// <param name="TaskHub">Sent along with each call, since one host may serve several hubs.</param>
/// <param name="RpcAddress">The extension's gRPC endpoint on loopback; another port at each start of the host. Null: this version has none.</param>
/// <param name="HttpAddress">The extension's HTTP management API at the app's public name. Null: unknown.</param>
/// <param name="HttpQuery">What each HTTP call must carry, <c>code=KEY</c>: a secret.</param>
public sealed record DurableClientBinding(string? TaskHub, string? Connection, Uri? RpcAddress, Uri? HttpAddress, string? HttpQuery)
{
    private bool PrintMembers(StringBuilder text)
    {
        text.Append("TaskHub = ").Append(TaskHub).Append(", RpcAddress = ").Append(RpcAddress).Append(", HttpAddress = ").Append(HttpAddress);
        return true;
    }
}

/// <summary>A timer that came due.</summary>
/// <param name="IsPastDue">The app was away at the time it was due.</param>
/// <param name="Last">When it ran before; null: never, or not recorded.</param>
/// <param name="Next">Null: not recorded.</param>
public sealed record TimerTick(bool IsPastDue, DateTimeOffset? Last, DateTimeOffset? Next);

/// <summary>An activity to run.</summary>
/// <param name="InstanceId">The orchestration that called; empty if the host didn't say.</param>
/// <param name="Input">The JSON text that the orchestrator gave, byte for byte; null: none.</param>
public sealed record ActivityCall(string InstanceId, string? Input);

/// <summary>An HTTP request in the host's JSON form, as functions with more than the two HTTP bindings get it.</summary>
/// <param name="Query">Repeated keys are joined by commas.</param>
/// <param name="Headers">Names ignore case.</param>
/// <param name="RouteParameters">What the route's braces stand for.</param>
/// <param name="Body">Null: none, or one sent without a length, which the host loses. Bytes of application/octet-stream and multipart come as base64.</param>
public sealed record HttpCall(
    string Method, Uri Url, IReadOnlyDictionary<string, string> Query, IReadOnlyDictionary<string, string[]> Headers, IReadOnlyDictionary<string, string> RouteParameters, string? Body);

/// <summary>The host sent what its protocol doesn't know.</summary>
public sealed class InvocationFormatException(string message, Exception? inner = null) : Exception(message, inner);
