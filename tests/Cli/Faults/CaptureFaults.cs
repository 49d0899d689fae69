using Holdfast.Cli.Tests.Running;
using Holdfast.TestKit.Faults;

namespace Holdfast.Cli.Tests.Faults;

/// <summary>One thing that goes wrong with a capture, and what the program makes of it.</summary>
/// <param name="Name">What happens.</param>
/// <param name="Exit">0 Succeeded, 3 Partial, 1 no point.</param>
/// <param name="Gap">The one type that is missing; null: none, or everything; <c>*</c>: several.</param>
/// <param name="Words">Each stands in what the program says: what, where, why, what to do next.</param>
internal sealed record CaptureFault(string Name, int Exit, string? Gap, params string[] Words)
{
    public const string Token = "t0ken-of-the-test-2f9d";

    /// <summary>Makes it happen until the answer is disposed.</summary>
    public required Func<Workbench, Task<IAsyncDisposable>> Strike { get; init; }

    public override string ToString() => Name;
}

/// <summary>The table of what can go wrong between a capture and the API server.</summary>
internal static class CaptureFaults
{
    /// <summary>The lists of a type: the first is the plan's count, a later one reads the objects.</summary>
    private const string Maps = "/configmaps?";

    /// <summary>The lists that read objects, of all types.</summary>
    private const string Exact = "resourceVersionMatch=Exact";

    private static readonly string[] Broken = ["/configmaps", "API server's health"];

    public static IReadOnlyList<CaptureFault> All { get; } =
    [
        new(
            "a wrong token",
            1,
            null,
            "401",
            "doesn't accept the credentials",
            "The token is expired, revoked or another cluster's",
            "sign in again",
            "Renew the credentials"
        )
        {
            Strike = bench => Kubeconfig(bench, text => text.Replace(CaptureFault.Token, "wr0ng-token-77a1", StringComparison.Ordinal)),
        },
        Simulated(
            "a token that expires under way",
            1,
            null,
            new(Maps) { After = 1, Status = 401 },
            "401",
            "doesn't accept the credentials",
            "sign in again"
        ),
        new(
            "no right to one type",
            3,
            "secrets",
            "secrets is forbidden",
            "Grant that permission",
            "'holdfast clusters check' lists what is missing"
        )
        {
            Strike = bench =>
            {
                bench.Cluster.Deny("secrets");
                return Until(() => bench.Cluster.Allow("secrets"));
            },
        },
        Simulated(
            "a type that vanishes after discovery",
            3,
            "configmaps",
            new(Maps) { Status = 404 },
            "404",
            "/configmaps",
            "Nothing is served there (anymore)"
        ),
        Simulated(
            "a type that vanishes after it was counted",
            3,
            "configmaps",
            new(Maps) { After = 1, Status = 404 },
            "404",
            "/configmaps",
            "Nothing is served there (anymore)"
        ),
        Simulated(
            "a revision that expires between lists",
            0,
            null,
            new(Exact)
            {
                After = 5,
                Times = 1,
                Status = 410,
            },
            "the server dropped revision",
            "instead"
        ),
        Simulated(
            "revisions that always expire, in a cluster where nothing changes",
            0,
            null,
            new(Exact) { Status = 410 },
            "in each of 5 rounds"
        ),
        Simulated(
            "throttling that passes",
            0,
            null,
            new(Maps)
            {
                Times = 2,
                Status = 429,
                RetryAfter = 0,
            }
        ),
        Simulated(
            "throttling that stays",
            3,
            "configmaps",
            new(Maps) { Status = 429, RetryAfter = 3600 },
            "429",
            "/configmaps",
            "overloaded",
            "try later"
        ),
        Simulated("a server error that passes", 0, null, new(Maps) { Times = 2, Status = 500 }),
        Simulated("a server error on one type", 3, "configmaps", new(Maps) { Status = 500 }, ["500", .. Broken]),
        Simulated(
            "a server error on one type once it was counted",
            3,
            "configmaps",
            new(Maps) { After = 1, Status = 503 },
            ["503", .. Broken]
        ),
        Simulated(
            "a connection that is cut once",
            0,
            null,
            new(Exact)
            {
                After = 5,
                Times = 1,
                CutAfter = 50,
            }
        ),
        new(
            "definitions that can't be read again at the end",
            3,
            "gadgets.example.com",
            "CustomResourceDefinition",
            "500",
            "two schemas",
            "capture again"
        )
        {
            Strike = async bench =>
            {
                await DefineAsync(bench);
                var injected = bench.Cluster.Inject(new("/customresourcedefinitions?") { After = 3, Status = 500 });
                return await Until(injected.Dispose);
            },
        },
        Simulated("a server that is broken throughout", 1, null, new("") { Status = 500 }, "500", "API server's health"),
        new("nothing that listens", 1, null, "can't be reached", "connection refused", "VPN, firewall", "holdfast clusters check")
        {
            Strike = bench => Kubeconfig(bench, text => text.Replace($":{bench.Cluster.Server.Port}", ":1", StringComparison.Ordinal)),
        },
        new(
            "a CA that isn't the server's",
            1,
            null,
            "can't be trusted",
            "not signed by the CA in the kubeconfig's 'certificate-authority'",
            "Fetch the cluster's present CA"
        )
        {
            Strike = bench => TlsAsync(bench, known: false, until: null),
        },
        new("an expired client certificate", 1, null, "401", "CN=operator", "valid from", "to 2024-05-06", "get a new one")
        {
            Strike = bench => TlsAsync(bench, known: true, until: new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero)),
        },
    ];

    /// <summary>A custom type with an object, unless it is there already.</summary>
    private static async Task DefineAsync(Workbench bench)
    {
        const string definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        if (await bench.GetAsync($"{definitions}/gadgets.example.com") is not null)
            return;
        await bench.CreateAsync(
            definitions,
            """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"gadgets.example.com"},
             "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"gadgets","singular":"gadget","kind":"Gadget",
              "listKind":"GadgetList"},
              "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
            """
        );
        await bench.CreateAsync(
            "/apis/example.com/v1/namespaces/shop/gadgets",
            """{"apiVersion":"example.com/v1","kind":"Gadget","metadata":{"name":"one"}}"""
        );
    }

    private static CaptureFault Simulated(string name, int exit, string? gap, Simulator.Faults.Fault fault, params string[] words) =>
        new(name, exit, gap, words)
        {
            Strike = bench =>
            {
                var injected = bench.Cluster.Inject(fault);
                return Until(injected.Dispose);
            },
        };

    private static Task<IAsyncDisposable> Kubeconfig(Workbench bench, Func<string, string> change)
    {
        var path = bench.Holdfast.Variables["KUBECONFIG"];
        var good = File.ReadAllText(path);
        File.WriteAllText(path, change(good));
        return Until(() => File.WriteAllText(path, good));
    }

    /// <summary>In the cluster's place a server with TLS, which refuses every client.</summary>
    private static async Task<IAsyncDisposable> TlsAsync(Workbench bench, bool known, DateTimeOffset? until)
    {
        using var authority = TestAuthority.Create();
        using var another = TestAuthority.Create();
        const string refusal =
            """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}""";
        var server = await StubServer.StartAsync(
            StubServer.Json(401, refusal),
            authority.ForServer(["127.0.0.1"]),
            askForClientCertificate: true
        );
        using var client = authority.ForClient("operator", until);
        using var key = System.Security.Cryptography.X509Certificates.RSACertificateExtensions.GetRSAPrivateKey(client)!;
        var healed = await Kubeconfig(
            bench,
            _ =>
                $$$"""
                    apiVersion: v1
                    kind: Config
                    clusters: [{name: simulator, cluster: {server: "{{{server.Url}}}", certificate-authority-data: {{{Data(
                        (known ? authority : another).Certificate.ExportCertificatePem()
                    )}}} }}]
                    users: [{name: admin, user: {client-certificate-data: {{{Data(
                        client.ExportCertificatePem()
                    )}}}, client-key-data: {{{Data(key.ExportPkcs8PrivateKeyPem())}}} }}]
                    contexts: [{name: simulator, context: {cluster: simulator, user: admin}}]
                    current-context: simulator
                    """
        );
        return new Healing(async () =>
        {
            await healed.DisposeAsync();
            await server.DisposeAsync();
        });
    }

    private static string Data(string pem) => Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(pem));

    private static Task<IAsyncDisposable> Until(Action heal) =>
        Task.FromResult<IAsyncDisposable>(
            new Healing(() =>
            {
                heal();
                return Task.CompletedTask;
            })
        );

    private sealed class Healing(Func<Task> heal) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await heal();
    }
}
