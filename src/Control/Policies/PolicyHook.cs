using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Holdfast.Control.Policies;

/// <summary>
/// Commands that run in containers right before and after volumes' snapshots are cut, so that an application's data is consistent. The
/// pod's own annotations come first (docs/operations.md).
/// </summary>
/// <param name="Name">Of this policy's, or of this request's; unique in it.</param>
public sealed record PolicyHook(string Name)
{
    /// <summary>Only pods in these; none: in every namespace.</summary>
    public ImmutableArray<string> Namespaces { get; init; } = [];

    /// <summary>Only pods with these labels, as for kubectl's <c>-l</c>; null: all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>It is of one capture's request, not of a policy.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OfRequest { get; init; }

    /// <summary>Run before, in this order.</summary>
    public ImmutableArray<HookCommand> Pre { get; init; } = [];

    /// <summary>Run afterwards, in this order, whatever happened.</summary>
    public ImmutableArray<HookCommand> Post { get; init; } = [];
}

/// <param name="Command">A program and its arguments; no shell is involved.</param>
public sealed record HookCommand(ImmutableArray<string> Command)
{
    public const int DefaultTimeout = 30;
    public const int LongestTimeout = 600;

    /// <summary>Null: the pod's default container.</summary>
    public string? Container { get; init; }

    /// <summary>1 to <see cref="LongestTimeout"/>; of connecting, starting and running together.</summary>
    public int TimeoutSeconds { get; init; } = DefaultTimeout;
    public OnHookError OnError { get; init; }
}

/// <summary>What the failure of a hook means.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OnHookError>))]
public enum OnHookError
{
    /// <summary>No snapshot is cut.</summary>
    Fail,

    /// <summary>It is reported, and the rest is done.</summary>
    Continue,
}
