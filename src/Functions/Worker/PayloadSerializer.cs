using System.Text;
using Azure.Core.Serialization;
using Holdfast.Orchestrations;

namespace Holdfast.Functions.Worker;

/// <summary>
/// Writes and reads payloads of orchestrations as every other engine does, and everything else (what triggers bring) as <paramref
/// name="others"/> does.
/// </summary>
internal sealed class PayloadSerializer(ObjectSerializer others) : ObjectSerializer
{
    public override void Serialize(Stream stream, object? value, Type inputType, CancellationToken cancellationToken)
    {
        if (value is not null && PayloadConverter.Knows(value.GetType()))
            stream.Write(Encoding.UTF8.GetBytes(PayloadConverter.Instance.Serialize(value)));
        else
            others.Serialize(stream, value, inputType, cancellationToken);
    }

    public override async ValueTask SerializeAsync(Stream stream, object? value, Type inputType, CancellationToken cancellationToken)
    {
        if (value is not null && PayloadConverter.Knows(value.GetType()))
            await stream.WriteAsync(Encoding.UTF8.GetBytes(PayloadConverter.Instance.Serialize(value)), cancellationToken);
        else
            await others.SerializeAsync(stream, value, inputType, cancellationToken);
    }

    public override object? Deserialize(Stream stream, Type returnType, CancellationToken cancellationToken)
    {
        if (!PayloadConverter.Knows(returnType))
            return others.Deserialize(stream, returnType, cancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        return PayloadConverter.Instance.Deserialize(reader.ReadToEnd(), returnType);
    }

    public override async ValueTask<object?> DeserializeAsync(Stream stream, Type returnType, CancellationToken cancellationToken)
    {
        if (!PayloadConverter.Knows(returnType))
            return await others.DeserializeAsync(stream, returnType, cancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        return PayloadConverter.Instance.Deserialize(await reader.ReadToEndAsync(cancellationToken), returnType);
    }
}
