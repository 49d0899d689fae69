using System.Text.Json;
using Holdfast.Clusters.Schemas;

namespace Holdfast.TestKit.Manifests;

/// <summary>Schemas for tests that have no API server.</summary>
public static class SampleSchema
{
    private static readonly JsonElement Definitions = JsonDocument
        .Parse(
            """
            {"any":{"additionalProperties":{"$ref":"#/definitions/any"},"properties":{
              "containers":{"x-kubernetes-patch-strategy":"merge","x-kubernetes-patch-merge-key":"name",
               "items":{"$ref":"#/definitions/any"}},
              "initContainers":{"x-kubernetes-patch-strategy":"merge","x-kubernetes-patch-merge-key":"name",
               "items":{"$ref":"#/definitions/any"}},
              "env":{"x-kubernetes-patch-strategy":"merge","x-kubernetes-patch-merge-key":"name","items":{"$ref":"#/definitions/any"}},
              "ports":{"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["port","protocol"],"items":{"properties":{"port":{},
               "protocol":{"default":"TCP"}}}},
              "selector":{"$ref":"#/definitions/selector"}}},
             "selector":{"x-kubernetes-map-type":"atomic","additionalProperties":{"$ref":"#/definitions/any"}}}
            """
        )
        .RootElement;

    /// <summary>As of a built-in type: any field, with the lists of pods and services by their keys and selectors replaced whole.</summary>
    public static Schema BuiltIn { get; } = Schema.Published(Definitions.GetProperty("any"), Definitions);

    /// <summary>Of a version of a CustomResourceDefinition.</summary>
    public static Schema Custom(string openApiV3Schema) => Schema.OfDefinition(JsonDocument.Parse(openApiV3Schema).RootElement);
}
