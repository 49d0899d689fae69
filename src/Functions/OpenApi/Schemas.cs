using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Control.Registration;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.OpenApi;

namespace Holdfast.Functions.OpenApi;

/// <summary>The API's documents as JSON schemas, made from the same type descriptions that read and write them.</summary>
internal static class Schemas
{
    private const string DnsLabel = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";

    /// <summary>Values that are texts with a form of their own; null: the form is none that a pattern says well.</summary>
    private static readonly Dictionary<Type, string?> Texts = new()
    {
        [typeof(ClusterName)] = DnsLabel,
        [typeof(PolicyName)] = DnsLabel,
        [typeof(PointId)] = "^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}$",
        [typeof(RunId)] = @"^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}(\.[-a-z0-9]{1,63})?$",
        [typeof(ContentDigest)] = "^[0-9a-f]{64}$",
        [typeof(FailureSide)] = "^(cluster|vault|control|cloud|caller|bug)$",
        [typeof(AzureResourceId)] = null,
        [typeof(AzureGroupId)] = null,
        [typeof(Revision)] = null,
        [typeof(TimeSpan)] = null,
    };

    /// <summary>
    /// The library has options of its own, which can't be replaced: they are given what decides about the API's JSON (see
    /// <see cref="ApiJson"/>).
    /// </summary>
    public static void ReadAsTheApiDoes(JsonSerializerOptions options)
    {
        var api = ApiJson.Plain.Options;
        options.TypeInfoResolverChain.Clear();
        options.TypeInfoResolverChain.Add(ApiJson.Plain);
        options.TypeInfoResolverChain.Add(ProblemJson.Plain);
        options.PropertyNamingPolicy = api.PropertyNamingPolicy;
        options.PropertyNameCaseInsensitive = api.PropertyNameCaseInsensitive;
        options.NumberHandling = api.NumberHandling;
        options.UnmappedMemberHandling = api.UnmappedMemberHandling;
        options.RespectNullableAnnotations = api.RespectNullableAnnotations;
        options.RespectRequiredConstructorParameters = api.RespectRequiredConstructorParameters;
        foreach (var converter in api.Converters)
            options.Converters.Add(converter);
    }

    public static void Complete(OpenApiSchema schema, JsonTypeInfo type)
    {
        var value = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        if (Texts.ContainsKey(value))
            Complete(schema, value, value == type.Type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null);
        else if (type.ElementType is { } element && Texts.ContainsKey(element) && schema.Items is null)
            Complete((OpenApiSchema)(schema.Items = new OpenApiSchema()), element, JsonSchemaType.String);
        else if (value == typeof(Problem))
            schema.AdditionalPropertiesAllowed = true;
    }

    private static void Complete(OpenApiSchema schema, Type text, JsonSchemaType type)
    {
        schema.Type = type;
        schema.Pattern = Texts[text];
    }
}
