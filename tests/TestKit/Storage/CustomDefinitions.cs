using System.Text.Json.Nodes;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.TestKit.Storage;

/// <summary>Definitions of a group of custom types with one version, in the name space of Kubernetes itself.</summary>
internal sealed class CustomDefinitions(ClusterRequests api, string group, string version)
{
    /// <summary>The API server refuses a definition in a <c>k8s.io</c> group without this annotation.</summary>
    private const string Approval = "https://github.com/kubernetes-csi/external-snapshotter/pull/";

    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private readonly List<string> plurals = [];

    /// <summary>One that exists is kept.</summary>
    /// <param name="approval">The pull request that approved the group.</param>
    public async Task CreateAsync(string kind, string scope, string approval, string[] shortNames, string schema)
    {
        var singular = kind.ToLowerInvariant();
        // The class has no status.
        var isClass = kind.EndsWith("Class", StringComparison.Ordinal);
        var (plural, subresources) = isClass ? (singular + "es", "{}") : (singular + "s", """{"status":{}}""");
        plurals.Add(plural);
        var names = new JsonObject
        {
            ["kind"] = kind,
            ["listKind"] = kind + "List",
            ["plural"] = plural,
            ["singular"] = singular,
            ["shortNames"] = new JsonArray([.. shortNames.Select(name => JsonValue.Create(name))]),
        };
        var answer = await api.PostAsync(
            Definitions,
            $$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{plural}}}.{{{group}}}",
              "annotations":{"api-approved.kubernetes.io":"{{{Approval}}}{{{approval}}}"}},
             "spec":{"group":"{{{group}}}","scope":"{{{scope}}}","names":{{{names.ToJsonString()}}},"versions":[
              {"name":"{{{version}}}","served":true,"storage":true,"subresources":{{{subresources}}},
               "schema":{"openAPIV3Schema":{{{schema}}} } }]}}
            """
        );
        if (answer.Code is not (201 or 409))
            throw new InvalidOperationException($"The definition of {kind} was answered with {answer.Code}: {answer.Text}");
    }

    /// <summary>Discovery and the serving of an older server lag a definition's creation, each by its own time.</summary>
    public async Task ServedAsync()
    {
        for (var attempt = 1; !await IsServedAsync(); attempt++)
        {
            if (attempt == 300)
                throw new TimeoutException($"{group}/{version} isn't served 30 s after its definitions were created");
            await Task.Delay(100);
        }
    }

    private async Task<bool> IsServedAsync()
    {
        var discovered = await api.GetAsync($"/apis/{group}/{version}");
        if (discovered.Code != 200 || discovered["resources"]!.AsArray().Count < (plurals.Count * 2) - 1)
            return false;
        foreach (var plural in plurals)
        {
            if ((await api.GetAsync($"/apis/{group}/{version}/{plural}")).Code != 200)
                return false;
        }
        return true;
    }
}
