namespace Holdfast.Control.Policies;

/// <summary>
/// From when on a change since the last point is one that a person should look at. Each is a number of objects, from which on a capture
/// warns; 0: never. A percentage must be reached, too.
/// </summary>
/// <param name="DeletedObjects">Objects that are gone, without those that controllers make.</param>
/// <param name="DeletedPercent">Of the objects that there were.</param>
/// <param name="ChangedSecrets">Secrets whose data changed.</param>
/// <param name="ChangedSecretsPercent">Of the Secrets that there were.</param>
/// <param name="NewClusterAdmins">Subjects newly bound to <c>cluster-admin</c>.</param>
/// <param name="NewWebhooks">Admission webhooks that are new, or call another address.</param>
/// <param name="NewPrivilegedWorkloads">Workloads that newly run privileged or in a namespace of their node.</param>
public sealed record ChangeThresholds(
    int DeletedObjects = 50,
    int DeletedPercent = 20,
    int ChangedSecrets = 10,
    int ChangedSecretsPercent = 50,
    int NewClusterAdmins = 1,
    int NewWebhooks = 1,
    int NewPrivilegedWorkloads = 1
);
