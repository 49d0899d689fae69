using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Cli.Errors;
using Holdfast.Manifests;

namespace Holdfast.Cli.Deployments;

/// <summary>What the command line uses of the outputs of a deployment of <c>infra/bicep</c> or <c>infra/terraform</c>.</summary>
/// <param name="Api">Of the HTTP API.</param>
/// <param name="Account">The storage account of the vault, as an Azure resource id.</param>
internal sealed record DeploymentOutputs(Uri Vault, Uri Control, Uri Api, string Account)
{
    private const string Form =
        "give what `az deployment group show -o json` or `terraform output -json` prints for infra/bicep or infra/terraform";

    /// <summary>As Bicep names them; Terraform has <c>vault_url</c> for <c>vaultUrl</c>.</summary>
    internal static readonly ImmutableArray<string> Names = ["vaultUrl", "controlUrl", "apiUrl", "vaultAccountId", "signIn", "standby"];

    /// <summary>What a token for the API is for.</summary>
    public string? Audience { get; private init; }

    /// <summary>Of the second region; null: there is none.</summary>
    public DeploymentOutputs? Standby { get; private init; }

    /// <param name="from">What it was read from, for messages.</param>
    /// <exception cref="UsageException">It isn't such a document, or an output is missing.</exception>
    public static DeploymentOutputs Parse(string from, string json)
    {
        try
        {
            return JsonNode.Parse(json) is JsonObject root
                ? Of(from, root)
                : throw new UsageException($"{from} isn't a JSON object: {Form}");
        }
        catch (JsonException e)
        {
            throw new UsageException($"{from} isn't JSON ({e.Message}): {Form}");
        }
    }

    /// <param name="deployment">A deployment of Azure Resource Manager, its outputs, or those of Terraform.</param>
    /// <exception cref="UsageException">An output is missing.</exception>
    public static DeploymentOutputs Of(string from, JsonObject deployment)
    {
        var outputs = deployment.Object("properties").Object("outputs") ?? deployment.Object("outputs") ?? deployment;
        var region = new JsonObject();
        foreach (var name in Names)
            if ((outputs.Object(name) ?? outputs.Object(Snake(name)))?["value"] is { } value)
                region[name] = value.DeepClone();
        var read = Region(from, region);
        return read with
        {
            Audience = region.Object("signIn").Text("audience"),
            Standby = region.Object("standby") is { Count: > 0 } other ? Region($"{from}, standby", other) : null,
        };
    }

    private static DeploymentOutputs Region(string from, JsonObject outputs)
    {
        var problems = new List<string>();
        var read = new DeploymentOutputs(Url("vaultUrl"), Url("controlUrl"), Url("apiUrl"), Text("vaultAccountId"));
        return problems.Count == 0 ? read : throw new UsageException([.. problems]);

        string Text(string name)
        {
            var text = outputs.Text(name) ?? outputs.Text(Snake(name));
            if (string.IsNullOrEmpty(text))
                problems.Add($"{from} has no output '{name}': {Form}");
            return text ?? "";
        }

        Uri Url(string name)
        {
            var text = Text(name);
            if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps)
                return url;
            if (text.Length > 0)
                problems.Add($"{from}: '{name}' isn't an https URL");
            return new("https://none");
        }
    }

    internal static string Snake(string name)
    {
        var snake = new StringBuilder();
        foreach (var c in name)
            snake.Append(char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : c.ToString());
        return snake.ToString();
    }
}
