using System.Text.Json.Serialization;

namespace Holdfast.Archive.Format;

/// <summary>One type of resource as an API server served it: what makes its request path (GVR) and its documents' identity (GVK).</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Resource">The plural, lower-case path segment: <c>deployments</c>.</param>
/// <param name="Kind"><c>Deployment</c>.</param>
public sealed record ResourceType(string Group, string Version, string Resource, string Kind, bool Namespaced)
{
    /// <summary>As documents say it: <c>v1</c>, <c>apps/v1</c>.</summary>
    [JsonIgnore]
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Names the type over all its versions, as kubectl does: <c>pods</c>, <c>deployments.apps</c>.</summary>
    [JsonIgnore]
    public string GroupResource => Group.Length == 0 ? Resource : $"{Resource}.{Group}";

    public override string ToString() => GroupResource;
}
