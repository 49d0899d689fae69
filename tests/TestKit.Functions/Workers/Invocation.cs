using System.Globalization;
using System.Text.Json;
using Holdfast.TestKit.Functions.Protocol;

namespace Holdfast.TestKit.Functions.Workers;

/// <summary>What the host puts into an invocation, and what it reads from the answer.</summary>
internal static class Invocation
{
    public static InvocationRequest Of(WorkerFunction function, TypedData trigger, string durableClient)
    {
        var request = new InvocationRequest
        {
            InvocationId = Guid.NewGuid().ToString(),
            FunctionId = function.Id,
            TraceContext = new(),
        };
        request.InputData.Add(new ParameterBinding { Name = function.Parameter, Data = trigger });
        foreach (var client in function.DurableClients)
            request.InputData.Add(
                new ParameterBinding
                {
                    Name = client,
                    Data = new TypedData { String = durableClient },
                }
            );
        return request;
    }

    /// <summary>A function's result as JSON: a worker sends strings and numbers as such.</summary>
    public static string? Json(TypedData? value) =>
        value?.DataCase switch
        {
            null or TypedData.DataOneofCase.None => null,
            TypedData.DataOneofCase.Json => value.Json,
            TypedData.DataOneofCase.String => JsonSerializer.Serialize(value.String),
            TypedData.DataOneofCase.Int => value.Int.ToString(CultureInfo.InvariantCulture),
            TypedData.DataOneofCase.Double => JsonSerializer.Serialize(value.Double),
            var other => throw new NotSupportedException($"a result of kind {other}"),
        };
}
