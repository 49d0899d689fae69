using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations;

/// <summary>
/// Inputs, outputs, events and statuses as JSON, by source-generated contexts: the same in every engine. Unknown members are ignored, so
/// that a run survives an upgrade. Thread-safe.
/// </summary>
public sealed class PayloadConverter : DataConverter
{
    public static readonly PayloadConverter Instance = new();

    private static readonly JsonSerializerOptions Json = new(HoldfastJson.Default.Options)
    {
        TypeInfoResolver = JsonTypeInfoResolver.Combine(HoldfastJson.Default, ScheduleJson.Default, ActivityJson.Default),
    };

    private PayloadConverter() { }

    /// <summary>Whether the type is one that travels.</summary>
    public static bool Knows(Type type) => Json.TryGetTypeInfo(type, out _);

    /// <summary>By the type that the value has; null stays null.</summary>
    [return: NotNullIfNotNull(nameof(value))]
    public override string? Serialize(object? value) =>
        value is null ? null : PayloadSize.Measured(JsonSerializer.Serialize(value, Json.GetTypeInfo(value.GetType())), value.GetType());

    public override object? Deserialize(string? data, Type targetType) =>
        data is null or "null" ? null : JsonSerializer.Deserialize(data, Json.GetTypeInfo(targetType));
}
