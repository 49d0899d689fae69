using System.Text.Json.Nodes;
using Holdfast.TestKit.Storage;

namespace Holdfast.TestKit.Jobs;

/// <summary>
/// Makes the Pods of Jobs and counts them, on clusters without a kube-controller-manager, as its Job controller does (kubernetes v1.34,
/// pkg/controller/job): one Pod at a time, a new one while failures are within the limit, and an end by deadline. It knows no parallelism,
/// suspension or Pod failure policy.
/// </summary>
internal sealed class JobController(WatchedObjects jobs, WatchedObjects pods, TimeProvider clock)
{
    public async Task SyncAsync(JsonObject job)
    {
        if (job.IsDeleted() || IsOver(job))
            return;
        var own = pods.All.Where(p => p.Namespace() == job.Namespace() && OwnerOf(p) == job.Uid()).ToArray();
        if (job.Text("status", "startTime") is not { } started)
            await jobs.PatchStatusAsync(job, new() { ["startTime"] = Now() });
        else if (
            job.At("spec", "activeDeadlineSeconds") is { } limit
            && clock.GetUtcNow() >= At(started) + TimeSpan.FromSeconds((int)limit)
        )
            await EndLateAsync(job, own);
        else if (own.Any(p => p.Text("status", "phase") == "Succeeded"))
            await jobs.PatchStatusAsync(job, End("Complete", null, new() { ["succeeded"] = 1, ["completionTime"] = Now() }));
        else if (own.Count(p => p.Text("status", "phase") == "Failed") > (int?)job.At("spec", "backoffLimit"))
            await jobs.PatchStatusAsync(job, End("Failed", "BackoffLimitExceeded", new() { ["failed"] = own.Length }));
        else if (own.All(p => p.Text("status", "phase") == "Failed"))
            await pods.CreateAsync(job.Namespace(), PodOf(job, own.Length));
    }

    /// <summary>The uid of the Job that a Pod is of.</summary>
    public static string? OwnerOf(JsonObject pod) =>
        (pod.At("metadata", "ownerReferences") as JsonArray)
            ?.OfType<JsonObject>()
            .Where(o => (string?)o["kind"] == "Job")
            .Select(o => (string?)o["uid"])
            .FirstOrDefault();

    private static bool IsOver(JsonObject job) =>
        (job.At("status", "conditions") as JsonArray)?.Any(c => (string?)c!["type"] is "Complete" or "Failed") == true;

    private async Task EndLateAsync(JsonObject job, JsonObject[] own)
    {
        foreach (var pod in own.Where(p => p.Text("status", "phase") is not ("Succeeded" or "Failed")))
            await pods.DeleteAsync(pod);
        await jobs.PatchStatusAsync(job, End("Failed", "DeadlineExceeded", new() { ["failed"] = own.Length }));
    }

    private JsonObject End(string type, string? reason, JsonObject status)
    {
        var condition = new JsonObject
        {
            ["type"] = type,
            ["status"] = "True",
            ["lastTransitionTime"] = Now(),
        };
        if (reason is not null)
            condition["reason"] = reason;
        status["conditions"] = new JsonArray(condition);
        return status;
    }

    private static JsonObject PodOf(JsonObject job, int number)
    {
        var template = (JsonObject)job.At("spec", "template")!.DeepClone();
        var metadata = template["metadata"] as JsonObject ?? [];
        var labels = metadata["labels"] as JsonObject ?? [];
        labels["job-name"] = job.Name();
        labels["controller-uid"] = job.Uid();
        template["metadata"] = new JsonObject
        {
            ["name"] = $"{job.Name()}-{number}",
            ["labels"] = labels.DeepClone(),
            ["ownerReferences"] = new JsonArray(
                new JsonObject
                {
                    ["apiVersion"] = "batch/v1",
                    ["kind"] = "Job",
                    ["name"] = job.Name(),
                    ["uid"] = job.Uid(),
                    ["controller"] = true,
                    ["blockOwnerDeletion"] = true,
                }
            ),
        };
        template["apiVersion"] = "v1";
        template["kind"] = "Pod";
        return template;
    }

    private string Now() => ObjectFields.Format(clock.GetUtcNow());

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
}
