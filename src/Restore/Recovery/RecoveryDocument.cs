using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;

namespace Holdfast.Restore.Recovery;

/// <summary>
/// A recovery over several scopes, YAML or JSON (docs/schemas/recovery.schema.json): groups of restores, one after the other, with what has
/// to be so before the next begins.
/// </summary>
public sealed record RecoveryDocument
{
    /// <summary>Of a file, in bytes.</summary>
    public const int Longest = 1 << 20;
    private const int CurrentVersion = 1;

    /// <summary>For editors only.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }
    public required int Version { get; init; }
    public required ImmutableArray<RecoveryGroup> Groups { get; init; }

    /// <summary>How the same is rehearsed. Null: it has no drill.</summary>
    public RecoveryDrill? Drill { get; init; }

    /// <exception cref="RestoreException">BadRequest, with all that is wrong.</exception>
    public static RecoveryDocument Read(string text) =>
        RequestDocument.Read(
            "the recovery",
            text,
            document =>
            {
                RequestDocument.RequireVersion("the recovery", document, CurrentVersion);
                var read = document.Deserialize(RecoveryJson.Default.RecoveryDocument)!;
                var problems = read.Problems();
                return problems.IsEmpty ? read : throw new RestoreException(RestoreRefusal.BadRequest, problems);
            }
        );

    /// <summary>What is wrong beyond its form, for a person; empty: it can be used.</summary>
    public ImmutableArray<string> Problems() =>
        Version == CurrentVersion
            ? RecoveryProblems.Of(this)
            : [$"version: it is {Version}, and this program reads version {CurrentVersion}"];
}

/// <summary>Restores that are made one after the other, and what has to be so before the next group begins.</summary>
public sealed record RecoveryGroup
{
    /// <summary>How long a check is tried again that doesn't say it.</summary>
    public const int DefaultCheckSeconds = 5 * 60;

    public required string Name { get; init; }
    public required ImmutableArray<RecoveryRestore> Restores { get; init; }

    /// <summary>
    /// How long each restore waits for what it wrote to be ready, unless its request says it. Null: <see
    /// cref="RestoreRequest.DefaultWaitSeconds"/>; 0: not.
    /// </summary>
    public int? WaitSeconds { get; init; }

    /// <summary>Asked after the restores, one after the other. Null: none.</summary>
    public ImmutableArray<RecoveryCheck>? Checks { get; init; }

    /// <summary>What a person has to do, or to look at, before the next group begins. Null: no one is asked.</summary>
    public string? Pause { get; init; }

    /// <summary>True: the next group begins although something of this one failed, didn't come back whole or isn't ready.</summary>
    public bool? ContinueOnPartial { get; init; }
}

public sealed record RecoveryRestore
{
    /// <summary>Its own in the whole document.</summary>
    public required string Name { get; init; }

    /// <summary>The point's id, an unambiguous beginning of it, or <c>latest</c>. Null: <see cref="Before"/>, or else the latest.</summary>
    public string? Point { get; init; }

    /// <summary>The newest point that isn't after this time.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Null: for the command line its own, for a service the cluster that the point is of.</summary>
    public RecoveryTarget? Target { get; init; }

    /// <summary>The members of a <see cref="RestoreRequest"/> but for its point: those that <c>POST /restores</c> takes.</summary>
    public required JsonObject Request { get; init; }
}

/// <summary>A cluster to restore into: how a service finds it, how the command line does, or both.</summary>
/// <param name="Cluster">
/// The name that it is registered under. The command line takes it for a context where the document gives neither a kubeconfig nor a
/// context.
/// </param>
/// <param name="Kubeconfig">
/// In a document relative to its folder; in a plan a whole path. Null: that of the command line. A service ignores it.
/// </param>
/// <param name="Context">Null: the kubeconfig's current one. A service ignores it.</param>
public sealed record RecoveryTarget(ClusterName? Cluster = null, string? Kubeconfig = null, string? Context = null);

/// <summary>One object of a restore's target that has to be ready, or to have a condition.</summary>
public sealed record RecoveryCheck
{
    /// <summary>The restore whose target is asked: of this group or of an earlier one.</summary>
    public required string Restore { get; init; }

    /// <summary>As kubectl takes it: <c>deployment</c>, <c>deployments.apps</c>, <c>Widget</c>.</summary>
    public required string Kind { get; init; }
    public string? Namespace { get; init; }
    public required string Name { get; init; }

    /// <summary>The type of a condition that has to be true. Null: the object has to be ready (docs/restore.md, "Readiness").</summary>
    public string? Condition { get; init; }

    /// <summary>Null: <see cref="RecoveryGroup.DefaultCheckSeconds"/>.</summary>
    public int? WithinSeconds { get; init; }

    [JsonIgnore]
    public TimeSpan Limit => TimeSpan.FromSeconds(WithinSeconds ?? RecoveryGroup.DefaultCheckSeconds);

    /// <summary><c>deployments/web in shop</c>.</summary>
    public override string ToString() =>
        $"{Kind}/{Name}{(Namespace is null ? "" : $" in {Namespace}")}{(Condition is null ? "" : $", condition {Condition}")}";
}
