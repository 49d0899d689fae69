using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Cli.Errors;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Adopting;

/// <summary>Makes a registration of what a kubeconfig's context says of its server, and of how the service is to sign in there.</summary>
internal sealed record RegistrationDraft(string Name, SignIn SignIn)
{
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The managed cluster's id; null: it isn't one of AKS, or none was given.</summary>
    public string? AksId { get; init; }

    /// <exception cref="UsageException">It can't be registered: all that is wrong.</exception>
    public ClusterRegistration ToRegistration(ClusterEndpoint endpoint)
    {
        var document = new JsonObject { ["version"] = ClusterRegistration.CurrentVersion, ["name"] = Name };
        if (Labels.Count > 0)
            document["labels"] = LabelsOf(Labels);
        if (!SignIn.HasServer)
            AddServer(document, endpoint);
        if (AksId is not null)
            document["azure"] = new JsonObject { ["resourceId"] = AksId };
        document["authentication"] = SignIn.Authentication.DeepClone();
        var reading = ClusterRegistration.Read(Encoding.UTF8.GetBytes(document.ToJsonString()));
        return reading.Document ?? throw new UsageException([.. reading.Problems.Select(p => p.ToString())]);
    }

    private static void AddServer(JsonObject document, ClusterEndpoint endpoint)
    {
        if (endpoint.InsecureSkipTlsVerify)
            throw new UsageException(
                "the kubeconfig has insecure-skip-tls-verify: a service doesn't send credentials to a server that it can't verify. Put the "
                    + "cluster's CA into certificate-authority-data"
            );
        document["endpoint"] = endpoint.ToString();
        if (endpoint.TrustedRoots is { Count: > 0 } roots)
            document["certificateAuthority"] = string.Concat(roots.Select(Pem));
        if (endpoint.TlsServerName is { } name)
            document["tlsServerName"] = name;
    }

    private static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private static JsonObject LabelsOf(IReadOnlyList<string> labels)
    {
        var map = new JsonObject();
        var problems = labels.Where(label => label.IndexOf('=') <= 0).Select(label => $"--label '{label}' isn't KEY=VALUE").ToList();
        if (problems.Count > 0)
            throw new UsageException([.. problems]);
        foreach (var label in labels.Select(label => label.Split('=', 2)))
            map[label[0]] = label[1];
        return map;
    }
}
