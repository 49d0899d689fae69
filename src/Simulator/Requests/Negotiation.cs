using Holdfast.Simulator.Objects;

namespace Holdfast.Simulator.Requests;

/// <summary>
/// Which form of an object or list the client accepts: JSON, whole or metadata only. Protobuf and Table are skipped for the next accepted
/// form.
/// </summary>
internal static class Negotiation
{
    /// <returns>True: metadata only.</returns>
    /// <exception cref="ApiError">406.</exception>
    public static bool IsMetadataOnly(string? accept, bool isList)
    {
        if (string.IsNullOrWhiteSpace(accept))
            return false;
        var partial = isList ? "PartialObjectMetadataList" : "PartialObjectMetadata";
        foreach (var range in accept.Split(',', StringSplitOptions.TrimEntries))
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ("application/json" or "application/*" or "*/*"))
                continue;
            var form = parts.FirstOrDefault(p => p.StartsWith("as=", StringComparison.Ordinal))?[3..];
            if (form is null || form == partial)
                return form is not null;
        }
        throw new ApiError(
            406,
            "NotAcceptable",
            "only the following media types are accepted: application/json, application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, "
                + "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        );
    }
}
