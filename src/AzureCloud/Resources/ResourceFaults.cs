using System.Globalization;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core;
using Azure.Identity;
using Holdfast.Control.Clouds;
using Holdfast.Machine.Faults;
using Holdfast.Machine.Terminals;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.Resources;

/// <summary>
/// What Resource Manager's refusals mean. Codes:
/// https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
/// </summary>
internal static class ResourceFaults
{
    private const int LongestMessage = 500;

    /// <summary>Parts of codes that say that there is no room, of Microsoft.Compute and of AKS.</summary>
    private static readonly string[] NoRoom =
    [
        "AllocationFailed",
        "AvailabilityZoneNotSupported",
        "OverconstrainedAllocationRequest",
        "OverconstrainedZonalAllocationRequest",
        "Quota",
        "SkuNotAvailable",
        "VMSizeNotSupported",
    ];

    /// <summary>
    /// Conflicts (409) that stay until a person does something. Others, such as AnotherOperationInProgress and OperationNotAllowed, pass
    /// when what is being done to the resource has ended; of a code that isn't known, this is taken to be so.
    /// </summary>
    private static readonly string[] Lasting =
    [
        "InvalidResourceGroupLocation",
        "InvalidResourceLocation",
        "MissingSubscriptionRegistration",
        "PropertyChangeNotAllowed",
        "ReadOnlyDisabledSubscription",
        "SubscriptionNotRegistered",
    ];

    /// <param name="what">What was asked: <c>PUT /subscriptions/…</c>.</param>
    public static CloudException Of(Response response, string what)
    {
        var error = ErrorOf(response);
        return Of(response.Status, error, what, RetryAfterOf(response.Headers));
    }

    /// <summary>Of an operation that ended without success: its <c>error</c>, and how it ended.</summary>
    public static CloudException OfOperation(JsonObject? body, string what)
    {
        var error = body.Object("error");
        var code = error.Text("code") ?? body.Text("status") ?? "Failed";
        var failure = CodesOf(error).Select(ByCode).FirstOrDefault(f => f is not null) ?? CloudFailure.Broken;
        return new(failure, $"{what} was begun and failed ({code}){Said(error)}{Advice(failure)}") { Code = code };
    }

    /// <summary>What helps against a failure of which only the code is known; empty: nothing that is the same in every case.</summary>
    public static string AdviceOf(string code) => ByCode(code) is { } failure ? Advice(failure) : "";

    /// <returns>Null: nothing of the service's.</returns>
    public static CloudException? Of(Exception fault, string what) =>
        fault switch
        {
            AggregateException { InnerExceptions: [.., var last] } => Of(last, what),
            AuthenticationFailedException => new(
                CloudFailure.NotAuthenticated,
                $"No Entra ID sign-in works for Azure ({what}): give the app a managed identity, or sign in with 'az login'",
                fault
            ),
            RequestFailedException or TaskCanceledException or TimeoutException or HttpRequestException or IOException => new(
                CloudFailure.Unreachable,
                $"Azure Resource Manager can't be reached ({what}): check the network, and try again",
                fault
            ),
            _ => null,
        };

    public static TimeSpan? RetryAfterOf(ResponseHeaders headers)
    {
        if (!headers.TryGetValue("Retry-After", out var text))
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static CloudException Of(int status, JsonObject? error, string what, TimeSpan? retryAfter)
    {
        var code = error.Text("code") ?? "";
        var failure = FailureOf(status, error);
        var message = $"Azure refuses {what} ({$"{status} {code}".TrimEnd()}){Said(error)}{Advice(failure)}";
        return new(failure, message) { Code = code, RetryAfter = retryAfter };
    }

    private static CloudFailure FailureOf(int status, JsonObject? error) =>
        status == 429
            ? CloudFailure.Throttled
            : CodesOf(error).Select(ByCode).FirstOrDefault(f => f is not null)
                ?? status switch
                {
                    401 => CloudFailure.NotAuthenticated,
                    403 => CloudFailure.Forbidden,
                    404 => CloudFailure.NotFound,
                    409 or 412 => CloudFailure.Conflict,
                    408 or >= 500 => CloudFailure.Unreachable,
                    _ => CloudFailure.Invalid,
                };

    /// <summary>Its own code, and those of what it consists of: an outer one may say no more than that something failed.</summary>
    private static IEnumerable<string> CodesOf(JsonObject? error) =>
        error.Objects("details").Select(d => d.Text("code")).Prepend(error.Text("code")).OfType<string>();

    private static CloudFailure? ByCode(string code) =>
        code switch
        {
            "RequestDisallowedByPolicy" or "RequestDisallowedByAzure" => CloudFailure.DeniedByPolicy,
            "ScopeLocked" => CloudFailure.Locked,
            _ when Lasting.Contains(code) => CloudFailure.Invalid,
            _ when NoRoom.Any(part => code.Contains(part, StringComparison.OrdinalIgnoreCase)) => CloudFailure.NoCapacity,
            _ => null,
        };

    private static string Advice(CloudFailure failure) =>
        failure switch
        {
            CloudFailure.NotAuthenticated => ". The app's identity must be of the subscription's tenant",
            CloudFailure.Forbidden => ". Give the app's identity the role that docs/operations.md names",
            CloudFailure.DeniedByPolicy => ". Ask for an exemption, or for a policy that allows it",
            CloudFailure.Locked => ". Remove the lock ('az lock list' shows it), or use another resource group",
            CloudFailure.NoCapacity => ". Use another zone, region or kind, or try again later",
            _ => "",
        };

    /// <summary>The service's own words. No request holds a secret that it could quote: signatures are only ever in answers.</summary>
    private static string Said(JsonObject? error) =>
        error.Text("message") is { Length: > 0 } message ? $": {CutText.To(LongestMessage, message)}" : "";

    private static JsonObject? ErrorOf(Response response)
    {
        try
        {
            // AKS answers without the envelope
            var body = JsonNode.Parse(response.Content.ToMemory().Span) as JsonObject;
            return body.Object("error") ?? body;
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return null;
        }
    }
}
