using Holdfast.Orchestrations.Activities;
using Holdfast.Restore;

namespace Holdfast.Orchestrations.NewClusters;

/// <summary>Has the making of the planned cluster begun. Repeated, it begins nothing again.</summary>
internal sealed class CreateNewCluster(NewClusterRuns clusters) : RunActivity<NewClusterSubject, bool>(clusters.Records)
{
    public const string Name = nameof(CreateNewCluster);

    /// <remarks>Once asked for, the cloud may make it: a cancellation waits for the answer, so that what is left is known.</remarks>
    /// <returns>True.</returns>
    protected override Task<bool> DoAsync(NewClusterSubject subject, CancellationToken cancellation) =>
        clusters.DoAsync(
            subject.Run,
            async (provider, plan, _) =>
            {
                if (subject.Approved is { } approved && KeptNewCluster.DigestOf(plan) != approved)
                    throw new RestoreException(
                        RestoreRefusal.BadPlan,
                        $"the plan of the cluster isn't the one that was approved, with the digest {approved}: it was changed since. "
                            + "Nothing was made; start the restore again"
                    );
                await provider.CreateAsync(plan, cancellation);
                return true;
            },
            cancellation
        );
}
