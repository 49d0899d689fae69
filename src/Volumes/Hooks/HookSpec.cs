using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Control.Policies;

namespace Holdfast.Volumes.Hooks;

/// <summary>When a hook runs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HookPhase>))]
public enum HookPhase
{
    /// <summary>Before snapshots are cut.</summary>
    Pre,

    /// <summary>Afterwards, whatever happened.</summary>
    Post,
}

/// <summary>A command to run in a container of a pod.</summary>
/// <param name="Source">Where it was read: <c>policy hook freeze</c>, <c>annotation pre.hook.holdfast.dev/command</c>.</param>
/// <param name="Timeout">Up to 10 minutes.</param>
public sealed record HookSpec(string Source, string Container, ImmutableArray<string> Command, TimeSpan Timeout, OnHookError OnError)
{
    /// <summary>Never the command, which may hold a secret.</summary>
    public override string ToString() => Source;
}

/// <summary>A hook that can't run as it is written.</summary>
/// <param name="Why">For a person: what stands where, and what to write.</param>
public sealed record HookFault(HookPhase Phase, string Source, string Why, OnHookError OnError);

/// <summary>The hooks of a pod that has any.</summary>
/// <param name="Order">From the annotation <c>holdfast.dev/hook-order</c>: lower ones begin earlier and end later.</param>
/// <param name="Faults">With one of these, no hook of the pod is run: it might stop an application that can't be resumed.</param>
public sealed record PodHooks(
    string Namespace,
    string Pod,
    int Order,
    ImmutableArray<HookSpec> Pre,
    ImmutableArray<HookSpec> Post,
    ImmutableArray<HookFault> Faults
)
{
    /// <summary><c>shop/db-0</c></summary>
    public string Name => $"{Namespace}/{Pod}";
}
