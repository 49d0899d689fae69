using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Readiness;

/// <summary>The conditions of live objects, and how they are quoted.</summary>
internal static class Conditions
{
    public static JsonObject? Find(JsonObject? status, string type) =>
        status.Objects("conditions").FirstOrDefault(c => c.Text("type") == type);

    public static bool IsTrue(JsonObject? status, string type) => Find(status, type).Text("status") == "True";

    /// <summary><c>ProgressDeadlineExceeded: ReplicaSet "web-1" has timed out progressing.</c>; null: there is no such condition.</summary>
    public static string? Quote(JsonObject? condition)
    {
        if (condition is null)
            return null;
        var said = new[] { condition.Text("reason"), condition.Text("message") }.Where(t => !string.IsNullOrEmpty(t)).ToList();
        return said.Count > 0 ? string.Join(": ", said) : $"{condition.Text("type")} is {condition.Text("status") ?? "Unknown"}";
    }

    /// <summary>The controller has seen the object as it is now.</summary>
    public static bool IsObserved(JsonObject live) =>
        live.Object("status").Number("observedGeneration") >= (live.Object("metadata").Number("generation") ?? 0);
}
