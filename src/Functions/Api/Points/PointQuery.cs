using System.Collections.Immutable;
using Holdfast.Control;
using Holdfast.Functions.Api.Routing;
using Holdfast.Vault.Catalogue;

namespace Holdfast.Functions.Api.Points;

/// <summary>When and under which policy points that are meant were taken: the same parameters wherever several are.</summary>
internal static class PointQuery
{
    public static readonly ImmutableArray<QueryParameter> Parameters =
    [
        new("since", "Only points taken then or later: a date, a time, or a duration before now such as `7d`"),
        new("until", "Only points taken then or earlier"),
        new("policy", "Only points made under this policy"),
    ];

    public static PointSearch Search(ApiRequest request) =>
        new()
        {
            Since = Time(request, "since", end: false),
            Until = Time(request, "until", end: true),
            Policy =
                request.Query("policy") is not { } text ? null
                : PolicyName.TryParse(text, out var name) ? name
                : throw ApiRequest.Malformed("policy", "it can't name a policy"),
        };

    private static DateTimeOffset? Time(ApiRequest request, string parameter, bool end) =>
        request.Query(parameter) is not { } text ? null
        : SearchTime.TryParse(text, request.App.Time.GetUtcNow(), end, out var time) ? time
        : throw ApiRequest.Malformed(parameter, $"use {SearchTime.Forms}");
}
