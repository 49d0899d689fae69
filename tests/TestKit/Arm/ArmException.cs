using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Arm;

/// <summary>
/// An answer that isn't success, as Resource Manager words it: <c>{"error": {"code": …, "message": …}}</c>. Named constructors hold the
/// codes that its documentation names; each says where.
/// </summary>
/// <remarks>https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors</remarks>
public sealed class ArmException(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;
    public string Code { get; } = code;

    /// <summary><c>additionalInfo</c> of the error.</summary>
    public JsonArray? Additional { get; init; }

    /// <summary><c>details</c> of the error.</summary>
    public JsonArray? Details { get; init; }
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public static ArmException NotFound(ArmId id) =>
        new(
            404,
            "ResourceNotFound",
            $"The Resource '{id.Type}/{id.Name}' under resource group '{id.ResourceGroup}' was not found. For more details please go to "
                + "https://aka.ms/ARMResourceNotFoundFix"
        );

    public static ArmException NoGroup(string group) => new(404, "ResourceGroupNotFound", $"Resource group '{group}' could not be found.");

    /// <summary>The code and what <c>additionalInfo</c> has:
    /// https://learn.microsoft.com/azure/governance/policy/concepts/effect-deny</summary>
    public static ArmException DeniedByPolicy(string name, string policy) =>
        new(403, "RequestDisallowedByPolicy", $"Resource '{name}' was disallowed by policy. Policy identifiers: '{policy}'.")
        {
            Additional =
            [
                new JsonObject
                {
                    ["type"] = "PolicyViolation",
                    ["info"] = new JsonObject { ["policyAssignmentDisplayName"] = policy, ["policyDefinitionEffect"] = "deny" },
                },
            ],
        };

    /// <summary>https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources</summary>
    public static ArmException Locked(ArmId id) =>
        new(
            409,
            "ScopeLocked",
            $"The scope '{id.Path}' cannot perform write operation because following scope(s) are locked: "
                + $"'/subscriptions/{id.Subscription}/resourceGroups/{id.ResourceGroup}'. Please remove the lock and try again."
        );

    public static ArmException Forbidden(string action, string scope) =>
        new(
            403,
            "AuthorizationFailed",
            $"The client 'test' with object id 'test' does not have authorization to perform action '{action}' over scope '{scope}' or the "
                + "scope is invalid. If access was recently granted, please refresh your credentials."
        );

    /// <summary>
    /// As Microsoft.Compute refuses too many requests:
    /// https://learn.microsoft.com/troubleshoot/azure/virtual-machines/linux/troubleshooting-throttling-errors
    /// </summary>
    public static ArmException Throttled(TimeSpan retryAfter, string bucket = "Microsoft.Compute/HighCostGet30Min") =>
        new(
            429,
            "OperationNotAllowed",
            "The server rejected the request because too many requests have been received for this subscription."
        )
        {
            Details =
            [
                new JsonObject
                {
                    ["code"] = "TooManyRequests",
                    ["target"] = bucket[(bucket.IndexOf('/') + 1)..],
                    ["message"] = "{\"startTime\":\"2026-11-30T00:00:00Z\",\"allowedRequestCount\":600,\"measuredRequestCount\":1200}",
                },
            ],
            Headers =
            [
                ("Retry-After", $"{Math.Ceiling(retryAfter.TotalSeconds):0}"),
                ("x-ms-ratelimit-remaining-resource", $"{bucket};0"),
                ("x-ms-failure-cause", "service"),
            ],
        };

    /// <summary>https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-sku-not-available</summary>
    public static ArmException NoSku(string sku, string region) =>
        new(
            409,
            "SkuNotAvailable",
            $"The requested size for resource '{sku}' is currently not available in location '{region}'. Please try another size or deploy "
                + "to a different location or zones. See https://aka.ms/azureskunotavailable for details."
        );

    public JsonObject ToJson()
    {
        var error = new JsonObject { ["code"] = Code, ["message"] = Message };
        if (Details is not null)
            error["details"] = Details.DeepClone();
        if (Additional is not null)
            error["additionalInfo"] = Additional.DeepClone();
        return new() { ["error"] = error };
    }
}
