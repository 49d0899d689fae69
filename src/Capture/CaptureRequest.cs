using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Manifests;

namespace Holdfast.Capture;

/// <summary>
/// What to capture of a cluster, and how: the one description that the command line, the API and policies make, <see cref="RequestRules"/>
/// check, and orders and plans hold whole.
/// </summary>
/// <remarks>
/// The source-generated reader assigns every init-only property, so initialisers don't supply defaults for members missing from the JSON;
/// the getters do.
/// </remarks>
public sealed record CaptureRequest
{
    public CaptureScope Scope
    {
        get => field ?? new();
        init;
    }

    /// <summary>The name now refers to a different cluster (another kube-system uid): start a new history.</summary>
    public bool NewIncarnation { get; init; }

    /// <summary>Makes storage refuse to delete the point until this time.</summary>
    public DateTimeOffset? KeepUntil { get; init; }

    /// <summary>Whether that time can be taken back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutabilityMode KeepMode { get; init; }

    /// <summary>API groups whose failing discovery isn't a gap. Default: <see cref="BuiltInGroups.Metrics"/>.</summary>
    public ImmutableArray<string> ExpectedAbsentGroups
    {
        get => field.IsDefault ? BuiltInGroups.Metrics : field;
        init;
    }

    /// <summary>How the data of volumes is protected.</summary>
    public VolumeHandling Volumes { get; init; }

    /// <summary>Read everything, reuse nothing by fingerprint.</summary>
    public bool Full { get; init; }

    /// <summary>
    /// The policy that asks, as it was when the run was ordered: it goes into the point, whatever becomes of the policy before the point is
    /// made. Null: a person asks.
    /// </summary>
    [JsonPropertyName("policyDocument")]
    public JsonElement? Policy { get; init; }

    /// <summary>The cluster's registration as it was when the run was ordered: it goes into the point.</summary>
    public JsonElement? Registration { get; init; }

    /// <summary>
    /// A policy is made for many clusters and for the future: where other parts of its selection match, what it names and this cluster
    /// doesn't have is a gap, and what it leaves out and isn't there a warning. In a person's request both are errors.
    /// </summary>
    [JsonIgnore]
    public bool UnderPolicy => Policy is not null;

    /// <summary>What is asked of the storage for every blob of the point; null: nothing.</summary>
    [JsonIgnore]
    public ImmutabilityTerm? Term => ImmutabilityTerm.Of(KeepUntil, KeepMode);

    /// <summary>To run around snapshots beside the policy's; null: none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<PolicyHook>? RequestedHooks { get; init; }

    /// <summary>The policy's and then the request's own, to run around snapshots; null: none.</summary>
    [JsonIgnore]
    public ImmutableArray<PolicyHook>? Hooks => RequestedHooks is { } requested ? [.. AskedBy?.Hooks ?? [], .. requested] : AskedBy?.Hooks;

    /// <summary>The policy as it was when the run was ordered; null: a person asks.</summary>
    [JsonIgnore]
    public ProtectionPolicy? AskedBy => Policy is { } document ? ProtectionPolicy.Read(document).Document : null;

    /// <summary>Where the cluster is in Azure, as its registration says; null: it isn't there, or nothing is said.</summary>
    [JsonIgnore]
    public AzureCluster? Azure => Registered?.Azure;

    /// <summary>The secret with the password of the cluster's exported files; null: the registration names none.</summary>
    [JsonIgnore]
    public SecretReference? FilesPassword => Registered?.FilesPassword;

    private ClusterRegistration? Registered => Registration is { } document ? ClusterRegistration.Read(document).Document : null;

    /// <summary>What a policy asks for, as it is now.</summary>
    /// <param name="now">From when immutability counts.</param>
    public static CaptureRequest Under(ProtectionPolicy policy, DateTimeOffset now) =>
        new()
        {
            Scope = policy.Selection,
            KeepUntil = policy.Immutability is { } rule ? now.AddDays(rule.Days) : null,
            KeepMode = policy.Immutability?.Mode ?? default,
            ExpectedAbsentGroups = policy.ExpectedAbsentGroups,
            Volumes = policy.Volumes,
            Policy = policy.ToElement(),
        };
}
