using System.CommandLine;
using System.Text;
using Holdfast.AzureCloud.Resources;
using Holdfast.Cli.Configuration;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Deployments;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Machine.Files;

namespace Holdfast.Cli.Verbs;

internal sealed class InitVerb : Verb
{
    private const int Longest = 4 << 20;

    private readonly Option<string> from = new("--from-deployment")
    {
        HelpName = "FROM",
        Required = true,
        Description =
            "What `az deployment group show -o json` or `terraform output -json` printed: a file, or - for the standard input. Or the "
            + "resource id of a deployment, which Azure is asked for",
    };
    private readonly Option<string[]> publicKeys = new("--public-key")
    {
        HelpName = "FILE",
        Description = "A file with the public half of the signing key: points must be signed by it. May be repeated",
    };
    private readonly Option<string?> file = new("--file")
    {
        HelpName = "FILE",
        Description = "The configuration file to write. Default: ~/.config/holdfast/config.yaml",
    };
    private readonly Option<bool> replace = new("--replace") { Description = "Replace the configuration file that is there" };

    public InitVerb()
        : base("init", "Write the configuration file for a deployment: where its vaults are", "text", "json") =>
        AddAll([from, publicKeys, file, replace]);

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast init --from-deployment outputs.json", "What `az deployment group show -o json` has printed"),
            new(
                "holdfast init --from-deployment - --public-key seals.pem",
                "With `terraform output -json |` before it; signatures are checked"
            ),
            new(
                "holdfast init --from-deployment /subscriptions/ID/resourceGroups/RG/providers/Microsoft.Resources/deployments/holdfast",
                "Azure is asked, with the credentials of this machine"
            ),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var outputs = await ReadAsync(invocation, invocation.Get(from)!);
        var keys = invocation.List(publicKeys).Select(Path.GetFullPath).ToArray();
        foreach (var key in keys)
            PersonsFile.Read("--public-key", key, Longest);
        var path = Path.GetFullPath(
            invocation.Get(file)
                ?? ConfigurationFile.DefaultPath
                ?? throw new UsageException("there is no home for the configuration file: give --file")
        );
        if (File.Exists(path) && !invocation.Get(replace))
            throw new UsageException($"{path} is there already: --replace replaces it, --file names another one");
        OwnerOnly.CreateFolder(Path.GetDirectoryName(path)!);
        var text = DeployedConfiguration.Of(outputs, keys);
        await OwnerOnly.WriteAsync(path, $"{path}.{Environment.ProcessId}", Encoding.UTF8.GetBytes(text), invocation.Cancellation);
        Print(invocation, path, outputs);
        return ExitCode.Done;
    }

    private static async Task<DeploymentOutputs> ReadAsync(Invocation invocation, string from)
    {
        if (from.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase))
            return await AskAsync(invocation, from);
        return from == "-"
            ? DeploymentOutputs.Parse("the standard input", await StandardInput.ReadTextAsync(Longest, invocation.Cancellation))
            : DeploymentOutputs.Parse(from, PersonsFile.ReadText("--from-deployment", from, Longest));
    }

    /// <summary>API version: https://learn.microsoft.com/rest/api/resources/deployments/get</summary>
    private static async Task<DeploymentOutputs> AskAsync(Invocation invocation, string id)
    {
        if (!id.Contains("/providers/Microsoft.Resources/deployments/", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"{id} isn't the resource id of a deployment: `az deployment group show --query id` prints it");
        var azure = new ResourceClient(invocation.Time, AzureEndpoint.Find());
        return await azure.FindAsync(id, "2021-04-01", invocation.Cancellation) is { } deployment
            ? DeploymentOutputs.Of("the deployment", deployment)
            : throw new FailedException($"Azure has no deployment {id}");
    }

    private static void Print(Invocation invocation, string path, DeploymentOutputs outputs)
    {
        string[] next =
        [
            $"{ProgramName.Typed} vault check --account {outputs.Account}",
            $"{ProgramName.Typed} points",
            .. outputs.Audience is { } audience
                ? [$"az account get-access-token --scope {audience}/.default --query accessToken -o tsv, for the API at {outputs.Api}"]
                : Array.Empty<string>(),
        ];
        if (invocation.Json)
        {
            invocation.Screen.Json(
                new(path, outputs.Vault.ToString(), outputs.Control.ToString(), outputs.Api.ToString(), outputs.Standby is not null, next),
                OutputJson.Plain.InitDocument
            );
            return;
        }
        invocation.Screen.Line($"wrote {path}");
        invocation.Screen.Line($"  vault    {outputs.Vault}");
        invocation.Screen.Line($"  control  {outputs.Control}");
        if (outputs.Standby is { } standby)
            invocation.Screen.Line($"  standby  {standby.Vault}, with --profile {DeployedConfiguration.StandbyProfile}");
        foreach (var line in next)
            invocation.Screen.Line($"  next: {line}");
    }
}
