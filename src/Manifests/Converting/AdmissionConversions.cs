using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Converting;

/// <summary>Admission webhooks and policies. v1 has other defaults: those of the old version become explicit.</summary>
internal static class AdmissionConversions
{
    private const string Group = "admissionregistration.k8s.io";
    private const string Source = "kubernetes: pkg/apis/admissionregistration/v1beta1/defaults.go; deprecation guide, v1.22";
    private const string PolicySource = "kubernetes: pkg/apis/admissionregistration/{v1alpha1,v1beta1,v1}/types.go and validation.go";

    public static readonly ImmutableArray<Conversion> Rows =
    [
        Conversion.Reshape(
            "webhooks",
            ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
            [$"{Group}/v1beta1"],
            $"{Group}/v1",
            "the defaults of v1beta1 become explicit: failurePolicy Ignore, matchPolicy Exact, timeoutSeconds 30, sideEffects Unknown, "
                + "admissionReviewVersions v1beta1",
            Source,
            Webhooks
        ),
        Conversion.Same(
            "admission-policies",
            ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"],
            PolicySource,
            $"{Group}/v1",
            $"{Group}/v1beta1"
        ),
        Conversion.Same("admission-policies-alpha", ["ValidatingAdmissionPolicy"], PolicySource, $"{Group}/v1", $"{Group}/v1alpha1"),
        Conversion.Reshape(
            "admission-bindings-alpha",
            ["ValidatingAdmissionPolicyBinding"],
            [$"{Group}/v1alpha1"],
            $"{Group}/v1",
            "what v1 asks for and the first alpha didn't have becomes explicit: validationActions Deny, parameterNotFoundAction Deny",
            PolicySource,
            Binding
        ),
        Conversion.Same(
            "mutating-admission-policies",
            ["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"],
            "kubernetes: pkg/apis/admissionregistration/{v1alpha1,v1beta1,v1}/types.go",
            $"{Group}/v1",
            $"{Group}/v1beta1",
            $"{Group}/v1alpha1"
        ),
    ];

    private static void Webhooks(ConvertedManifest subject)
    {
        foreach (var webhook in subject.Manifest.Objects("webhooks"))
        {
            webhook.TryAdd("failurePolicy", "Ignore");
            webhook.TryAdd("matchPolicy", "Exact");
            webhook.TryAdd("timeoutSeconds", 30);
            webhook.TryAdd("sideEffects", "Unknown");
            if (webhook.Array("admissionReviewVersions") is null or { Count: 0 })
                webhook["admissionReviewVersions"] = new JsonArray("v1beta1");
        }
    }

    private static void Binding(ConvertedManifest subject)
    {
        subject.Spec?.TryAdd("validationActions", new JsonArray("Deny"));
        subject.Spec.Object("paramRef")?.TryAdd("parameterNotFoundAction", "Deny");
    }
}
