using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>Gives service accounts the roles of <c>infra/kubernetes</c>, as an administrator, and signs in as them.</summary>
internal sealed class RoleGrants(LiveCluster live) : IDisposable
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    private readonly ClusterRequests admin = new(live.Endpoint);

    public void Dispose() => admin.Dispose();

    /// <summary>Applies the files, and takes from signed-in users what they may do by default.</summary>
    public async Task ApplyAsync()
    {
        foreach (var binding in (string[])["system:discovery", "system:basic-user", "system:public-info-viewer"])
            await admin.DeleteAsync($"{Rbac}/clusterrolebindings/{binding}");
        await live.KubectlAsync(["apply", "-f", RoleFiles.Folder]);
    }

    /// <summary>Makes a role that no file has.</summary>
    public Task CreateAsync(GrantedRole role) =>
        CreateAsync(
            $"{Rbac}/clusterroles",
            "rbac.authorization.k8s.io/v1",
            "ClusterRole",
            role.Name,
            new() { ["rules"] = new JsonArray([.. role.Rules.Select(r => r.ToJson())]) }
        );

    /// <summary>Returns when the server's authoriser, which learns of bindings by watching them, allows what the roles do.</summary>
    public async Task BindAsync(RoleAccount account)
    {
        await CreateAsync($"/api/v1/namespaces/{RoleAccount.Namespace}/serviceaccounts", "v1", "ServiceAccount", account.Name);
        foreach (var (number, bound) in account.Roles.Index())
        {
            var kind = bound.Role.Namespace is null ? "ClusterRole" : "Role";
            var path = bound.Namespace is null ? "/clusterrolebindings" : $"/namespaces/{bound.Namespace}/rolebindings";
            await CreateAsync(
                Rbac + path,
                "rbac.authorization.k8s.io/v1",
                bound.Namespace is null ? "ClusterRoleBinding" : "RoleBinding",
                $"{account.Name}-{number.ToString(CultureInfo.InvariantCulture)}",
                new()
                {
                    ["roleRef"] = new JsonObject
                    {
                        ["apiGroup"] = "rbac.authorization.k8s.io",
                        ["kind"] = kind,
                        ["name"] = bound.Role.Name,
                    },
                    ["subjects"] = new JsonArray(
                        new JsonObject
                        {
                            ["kind"] = "ServiceAccount",
                            ["name"] = account.Name,
                            ["namespace"] = RoleAccount.Namespace,
                        }
                    ),
                }
            );
        }
        foreach (var bound in account.Roles)
            await UntilAllowedAsync(account, bound);
    }

    public async Task<ClusterConnection> SignInAsync(RoleAccount account)
    {
        var answer = await admin.PostAsync(
            $"/api/v1/namespaces/{RoleAccount.Namespace}/serviceaccounts/{account.Name}/token",
            """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":3600}}"""
        );
        var token = (string)answer["status"]!["token"]!;
        return new(live.Endpoint with { Token = (_, _) => new(token) }, TimeProvider.System);
    }

    private async Task CreateAsync(string path, string apiVersion, string kind, string name, JsonObject? content = null)
    {
        var manifest = content ?? [];
        manifest["apiVersion"] = apiVersion;
        manifest["kind"] = kind;
        manifest["metadata"] = new JsonObject { ["name"] = name };
        var answer = await admin.PostAsync(path, manifest.ToJsonString());
        Assert.True(answer.Code == 201, answer.Text);
    }

    private async Task UntilAllowedAsync(RoleAccount account, BoundRole bound)
    {
        var rule = bound.Role.Rules.First(r => r.Paths.IsEmpty);
        var parts = rule.Resources[0].Split('/', 2);
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["user"] = account.User,
                ["resourceAttributes"] = new JsonObject
                {
                    ["verb"] = rule.Verbs[0],
                    ["group"] = rule.Groups[0],
                    ["resource"] = parts[0],
                    ["subresource"] = parts.ElementAtOrDefault(1) ?? "",
                    ["namespace"] = bound.Namespace ?? "",
                },
            },
        };
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (
            (bool?)
                (await admin.PostAsync("/apis/authorization.k8s.io/v1/subjectaccessreviews", review.ToJsonString()))["status"]?["allowed"]
            != true
        )
            await Task.Delay(20, patience.Token);
    }
}
