using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Machine.Faults;

namespace Holdfast.Clusters.Access;

/// <summary>A missing permission.</summary>
public sealed record MissingRight(string Verb, string GroupResource);

/// <summary>
/// Asks the API server what the credentials may do in all namespaces, by SelfSubjectAccessReview: nothing is attempted or changed. A
/// webhook authoriser may still decide otherwise for one namespace or one moment.
/// </summary>
public sealed class PermissionReview(ClusterConnection connection)
{
    private const int InFlight = 16;

    private static readonly ApiResource Reviews = new(
        "authorization.k8s.io",
        "v1",
        "selfsubjectaccessreviews",
        "SelfSubjectAccessReview",
        false,
        ["create"]
    );

    private readonly ResourceWriter writer = new(connection);

    /// <summary>
    /// The verbs that aren't allowed on resources that support them; empty when everything is allowed. One request per verb when it is
    /// allowed on everything.
    /// </summary>
    /// <exception cref="ClusterException">The server doesn't answer access reviews.</exception>
    public async Task<ImmutableArray<MissingRight>> MissingAsync(
        IReadOnlyCollection<ApiResource> resources,
        IReadOnlyCollection<string> verbs,
        CancellationToken cancellation
    )
    {
        var everywhere = await Task.WhenAll(
            verbs.Select(async verb => (Verb: verb, Allowed: await MayAsync(verb, "*", "*", cancellation)))
        );
        var open = everywhere
            .Where(v => !v.Allowed)
            .SelectMany(v => resources.Where(r => r.Can(v.Verb)), (v, resource) => (v.Verb, Resource: resource));
        var missing = new ConcurrentBag<MissingRight>();
        var limits = new ParallelOptions { MaxDegreeOfParallelism = InFlight, CancellationToken = cancellation };
        await Parallel.ForEachAsync(
            open,
            limits,
            async (question, token) =>
            {
                if (!await MayAsync(question.Verb, question.Resource.Group, question.Resource.Resource, token))
                    missing.Add(new(question.Verb, question.Resource.GroupResource));
            }
        );
        return [.. missing.OrderBy(l => l.GroupResource, StringComparer.Ordinal).ThenBy(l => l.Verb, StringComparer.Ordinal)];
    }

    /// <param name="group">Empty for the core group; <c>*</c> for every group.</param>
    /// <param name="resource">The plural; <c>*</c> for every resource; with a subresource: <c>pods/exec</c>.</param>
    /// <param name="ns">Null: in all namespaces.</param>
    public async Task<bool> MayAsync(string verb, string group, string resource, CancellationToken cancellation, string? ns = null)
    {
        var answer = await writer.CreateAsync(Reviews, null, Question(verb, group, resource, ns), new("holdfast"), cancellation);
        return answer.Status == WriteStatus.Done
            ? Allowed(answer.Body) ?? throw Foreign()
            : throw new ClusterException(
                answer.Status == WriteStatus.Forbidden ? ClusterFailure.Forbidden : ClusterFailure.Broken,
                $"{connection.Server} doesn't report what the credentials may do: it answered {answer.Code}, {answer.Message}. Grant "
                    + "'create selfsubjectaccessreviews.authorization.k8s.io', which every signed-in user has by default"
            );
    }

    private static byte[] Question(string verb, string group, string resource, string? ns)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, Reviews.ApiVersion);
            json.WriteString("kind"u8, Reviews.Kind);
            json.WriteStartObject("spec"u8);
            json.WriteStartObject("resourceAttributes"u8);
            json.WriteString("verb"u8, verb);
            json.WriteString("group"u8, group);
            var parts = resource.Split('/', 2);
            json.WriteString("resource"u8, parts[0]);
            if (parts.Length > 1)
                json.WriteString("subresource"u8, parts[1]);
            if (ns is not null)
                json.WriteString("namespace"u8, ns);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <returns>Null: it isn't the answer to a review.</returns>
    internal static bool? Allowed(ReadOnlyMemory<byte> review)
    {
        try
        {
            using var document = JsonDocument.Parse(review);
            return document.RootElement.TryGetProperty("status", out var status)
                && status.TryGetProperty("allowed", out var allowed)
                && allowed.ValueKind == JsonValueKind.True;
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return null;
        }
    }

    private ClusterException Foreign() =>
        new(
            ClusterFailure.Broken,
            $"{connection.Server} answered an access review with something else: check the proxies between here and the API server"
        );
}
