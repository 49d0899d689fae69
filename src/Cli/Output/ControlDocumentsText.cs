using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Output;

// What `-o json` prints of clusters and policies.

/// <param name="Result"><c>created</c>, <c>replaced</c>, <c>unchanged</c>, <c>removed</c> or <c>valid</c>.</param>
internal sealed record EditDocument(string Name, string Result, IEnumerable<string> Notes);

internal sealed record ClusterEntryDocument
{
    public required string Cluster { get; init; }

    /// <summary>Null: a kubeconfig says it, or the registration can't be used.</summary>
    public required string? Server { get; init; }

    /// <summary><c>entraId</c>, <c>keyVault</c>, <c>aks</c>, <c>tokenFile</c> or <c>kubeconfig</c>; null: it can't be used.</summary>
    public required string? SignIn { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Those that cover it.</summary>
    public required IEnumerable<string> Policies { get; init; }

    /// <summary>What is wrong with the document; empty: nothing.</summary>
    public required IEnumerable<string> Problems { get; init; }

    public static string SignInOf(ClusterRegistration registration) =>
        registration.Authentication switch
        {
            { EntraId: not null } => "entraId",
            { KeyVault: not null } => "keyVault",
            { Aks: not null } => "aks",
            { TokenFile: not null } => "tokenFile",
            _ => "kubeconfig",
        };
}

internal sealed record PolicyEntryDocument
{
    public required string Policy { get; init; }
    public required PolicySchedule? Schedule { get; init; }

    /// <summary>Those that it covers.</summary>
    public required IEnumerable<string> Clusters { get; init; }

    /// <summary>Null: it is paused or can't be used, or never comes.</summary>
    public required DateTimeOffset? Next { get; init; }

    /// <summary>Why nothing runs; null: it runs.</summary>
    public required string? Paused { get; init; }

    /// <summary>What is wrong with the document, or with clusters that it names; empty: nothing.</summary>
    public required IEnumerable<string> Problems { get; init; }
}

internal sealed record NotificationEntryDocument
{
    public required string Notification { get; init; }

    /// <summary><c>json</c>, <c>slack</c>, <c>teams</c> or <c>mail</c>; null: it can't be used.</summary>
    public required string? Kind { get; init; }

    /// <summary>What it is sent, with <c>digest.daily</c> where it has a digest.</summary>
    public required IEnumerable<string> Events { get; init; }

    /// <summary>When a message was last delivered; null: none was.</summary>
    public required DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>What is wrong with the document or with the delivery; empty: nothing.</summary>
    public required IEnumerable<string> Problems { get; init; }
}

/// <param name="Delivered">False: it wasn't within the time.</param>
internal sealed record TestedDocument(string Notification, string Message, bool Delivered);

/// <param name="Times">In order.</param>
internal sealed record NextRunsDocument(string Policy, string TimeZone, IEnumerable<DateTimeOffset> Times, string? Paused);
