using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Notifications;
using Holdfast.Control.Policies;
using Holdfast.Control.Reading;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Editing;

/// <summary>One kind of control document that people edit.</summary>
/// <param name="Plural">In paths and operations: <c>clusters</c>.</param>
/// <param name="Noun">In words: <c>cluster</c>.</param>
internal sealed record EditedKind<T>(string Plural, string Noun)
    where T : class
{
    public required Func<ReadOnlyMemory<byte>, DocumentReading<T>> Read { get; init; }

    /// <summary>The name inside a document.</summary>
    public required Func<T, string> NameOf { get; init; }
    public required Func<T, byte[]> ToJson { get; init; }

    /// <summary>By name; null: it doesn't exist, or the name isn't a valid one.</summary>
    public required Func<ControlDocuments, string, CancellationToken, Task<KeptDocument<T>?>> Find { get; init; }
    public required Func<ControlDocuments, T, CancellationToken, Task<string?>> Create { get; init; }
    public required Func<ControlDocuments, T, string, CancellationToken, Task<string?>> Replace { get; init; }
    public required Func<ControlDocuments, string, string, CancellationToken, Task<bool>> Delete { get; init; }
}

internal static class EditedKinds
{
    public static EditedKind<ClusterRegistration> Clusters { get; } =
        new("clusters", "cluster")
        {
            Read = ClusterRegistration.Read,
            NameOf = document => document.Name.ToString(),
            ToJson = document => document.ToJson(),
            Find = async (documents, name, cancellation) =>
                ClusterName.TryParse(name, out var cluster) ? await documents.ReadClusterAsync(cluster, cancellation) : null,
            Create = (documents, cluster, cancellation) => documents.CreateClusterAsync(cluster, cancellation),
            Replace = (documents, cluster, etag, cancellation) => documents.ReplaceClusterAsync(cluster, etag, cancellation),
            Delete = (documents, name, etag, cancellation) => documents.DeleteClusterAsync(ClusterName.Parse(name), etag, cancellation),
        };

    public static EditedKind<ProtectionPolicy> Policies { get; } =
        new("policies", "policy")
        {
            Read = ProtectionPolicy.Read,
            NameOf = document => document.Name.ToString(),
            ToJson = document => document.ToJson(),
            Find = async (documents, name, cancellation) =>
                PolicyName.TryParse(name, out var policy) ? await documents.ReadPolicyAsync(policy, cancellation) : null,
            Create = (documents, policy, cancellation) => documents.CreatePolicyAsync(policy, cancellation),
            Replace = (documents, policy, etag, cancellation) => documents.ReplacePolicyAsync(policy, etag, cancellation),
            Delete = (documents, name, etag, cancellation) => documents.DeletePolicyAsync(PolicyName.Parse(name), etag, cancellation),
        };

    public static EditedKind<NotificationTarget> Notifications { get; } =
        new("notifications", "notification")
        {
            Read = NotificationTarget.Read,
            NameOf = document => document.Name,
            ToJson = document => document.ToJson(),
            Find = async (documents, name, cancellation) =>
                ClusterName.TryParse(name, out _) ? await documents.ReadNotificationAsync(name, cancellation) : null,
            Create = (documents, target, cancellation) => documents.CreateNotificationAsync(target, cancellation),
            Replace = (documents, target, etag, cancellation) => documents.ReplaceNotificationAsync(target, etag, cancellation),
            Delete = (documents, name, etag, cancellation) => documents.DeleteNotificationAsync(name, etag, cancellation),
        };
}
