using System.Collections.Immutable;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;

namespace Holdfast.Functions.Api.Control;

internal static class PolicyRoutes
{
    public static ImmutableArray<ApiRoute> All { get; } =
        new ControlRoutes<ProtectionPolicy>(
            new(
                "policies",
                "policy",
                "policy",
                Roles.AnyOperator,
                ApiJson.Plain.ProtectionPolicy,
                ApiJson.Plain.PageKeptEntryProtectionPolicy
            )
            {
                Read = ProtectionPolicy.Read,
                NameOf = document => document.Name.ToString(),
                List = (request, after, limit) => Documents(request).ListPoliciesAsync(after, limit, request.Cancellation),
                Find = async (request, name) =>
                    PolicyName.TryParse(name, out var policy)
                        ? await Documents(request).ReadPolicyAsync(policy, request.Cancellation)
                        : null,
                Create = (request, document) => Documents(request).CreatePolicyAsync(document, request.Cancellation),
                Replace = (request, document, etag) => Documents(request).ReplacePolicyAsync(document, etag, request.Cancellation),
                Delete = (request, name, etag) => Documents(request).DeletePolicyAsync(PolicyName.Parse(name), etag, request.Cancellation),
            }
        ).All;

    private static ControlDocuments Documents(ApiRequest request) => new(request.App.Environment.Control);
}
