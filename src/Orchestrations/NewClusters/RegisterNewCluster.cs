using Holdfast.Control.Documents;
using Holdfast.Control.Infrastructure;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Activities;

namespace Holdfast.Orchestrations.NewClusters;

/// <summary>Registers the cluster that was made, unless it is. Repeated, it changes nothing.</summary>
internal sealed class RegisterNewCluster(NewClusterRuns clusters) : RunActivity<NewClusterSubject, bool>(clusters.Records)
{
    public const string Name = nameof(RegisterNewCluster);

    /// <returns>True.</returns>
    protected override Task<bool> DoAsync(NewClusterSubject subject, CancellationToken cancellation) =>
        clusters.DoAsync(
            subject.Run,
            async (provider, plan, stop) =>
            {
                if (provider.RegistrationOf(plan) is { } registration)
                    await RegisterAsync(registration, stop);
                return true;
            },
            cancellation
        );

    private async Task RegisterAsync(ClusterRegistration registration, CancellationToken cancellation)
    {
        var documents = new ControlDocuments(Records.Environment.Control);
        if (await documents.CreateClusterAsync(registration, cancellation) is not null)
            return;
        var kept = await documents.ReadClusterAsync(registration.Name, cancellation);
        if (kept?.Document?.Azure != registration.Azure)
            throw new NewClusterException(
                $"the cluster was made, and another one has been registered as '{registration.Name}' meanwhile",
                ["register it under another name, and restore into it"]
            );
    }
}
