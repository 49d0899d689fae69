using System.Text.Json.Nodes;

namespace Holdfast.AzureCloud.Resources;

/// <summary>What Resource Manager answered to a request that it accepted.</summary>
/// <param name="Body">Null: none.</param>
public sealed record ResourceAnswer(int Status, JsonObject? Body)
{
    /// <summary>Of the header <c>Azure-AsyncOperation</c>: where the operation's status is; null: it isn't one, or has ended.</summary>
    public Uri? Operation { get; init; }

    /// <summary>Of the header <c>Location</c>: where the operation's result will be.</summary>
    public Uri? Location { get; init; }

    /// <summary>What to wait before the next look.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
