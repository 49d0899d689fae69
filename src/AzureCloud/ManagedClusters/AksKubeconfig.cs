using System.Text;
using Holdfast.AzureCloud.Resources;
using Holdfast.Clusters;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.ManagedClusters;

/// <summary>
/// The kubeconfig that AKS gives the app's identity of one cluster, kept for five minutes; callers at once cause one request. Thread-safe.
/// </summary>
/// <param name="path">Of the registration, for messages.</param>
internal sealed class AksKubeconfig(ResourceClient azure, AzureResourceId cluster, string path, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    /// <summary>A cluster that refuses what was just read is not helped by reading it again.</summary>
    private static readonly TimeSpan JustRead = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private Task<Reading>? reading;

    /// <summary>What it is, for messages: never its value.</summary>
    public string Description => $"the kubeconfig that AKS gives of {cluster} (authentication.aks of {path})";

    /// <param name="renew">The cluster refused what came of it.</param>
    /// <returns>The kubeconfig; the same object for as long as AKS gives an equal one.</returns>
    /// <exception cref="ClusterException">NotAuthenticated, Throttled or Unreachable.</exception>
    public async ValueTask<string> GetAsync(bool renew, CancellationToken cancellation)
    {
        Task<Reading> current;
        lock (gate)
        {
            if (reading is null || reading.IsFaulted || (reading.IsCompletedSuccessfully && !IsUsable(reading.Result, renew)))
                reading = ReadAsync(reading is { IsCompletedSuccessfully: true } last ? last.Result.Text : null);
            current = reading;
        }
        return (await current.WaitAsync(cancellation)).Text;
    }

    private bool IsUsable(Reading last, bool renew) => time.GetUtcNow() - last.At < (renew ? JustRead : Fresh);

    private async Task<Reading> ReadAsync(string? before)
    {
        try
        {
            var asked = await azure.PostAsync(
                cluster.ToString(),
                "listClusterUserCredential",
                AksApi.Version,
                null,
                CancellationToken.None
            );
            var value = asked.Body.Objects("kubeconfigs").FirstOrDefault()?.Text("value");
            var text = value is null ? "" : Encoding.UTF8.GetString(Convert.FromBase64String(value));
            if (text.Length == 0)
                throw Failure(ClusterFailure.NotAuthenticated, "AKS gives none");
            return new(text == before ? before : text, time.GetUtcNow());
        }
        catch (FormatException)
        {
            throw Failure(ClusterFailure.Unreachable, "it isn't in base64");
        }
        catch (CloudException fault)
        {
            throw Failure(
                fault.Failure switch
                {
                    CloudFailure.Throttled => ClusterFailure.Throttled,
                    CloudFailure.Unreachable => ClusterFailure.Unreachable,
                    _ => ClusterFailure.NotAuthenticated,
                },
                fault.Message,
                fault
            );
        }
    }

    private ClusterException Failure(ClusterFailure failure, string what, Exception? inner = null) =>
        new(failure, $"{Description} can't be had: {what}", inner);

    private sealed record Reading(string Text, DateTimeOffset At);
}
