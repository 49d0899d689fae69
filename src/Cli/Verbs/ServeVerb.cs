using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

internal sealed class ServeVerb : Verb
{
    private readonly Option<string?> data = new("--data")
    {
        HelpName = "DIR",
        Description = "Where the service keeps its runs, its token and, unless they are named, vault and control. Default: HOLDFAST_DATA",
    };
    private readonly Option<int?> port = new("--port")
    {
        HelpName = "N",
        Description = "Where it listens, on 127.0.0.1 only; 0: any free port. Default: HOLDFAST_PORT, then 7080",
    };

    public ServeVerb()
        : base("serve", "Run the service: schedules, the HTTP API, captures and restores, on this machine", "text", "json")
    {
        Add(data);
        Add(port);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast serve", "On 127.0.0.1:7080, until Ctrl-C"),
            new("holdfast serve --data /srv/holdfast --vault https://ACCOUNT.blob.core.windows.net/vault", "With the vault elsewhere"),
            new("holdfast serve --port 0 -o json | jq -r .url", "On any free port, for a script"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (invocation.Get(data) is { } folder)
            settings["HOLDFAST_DATA"] = Path.GetFullPath(folder);
        if (invocation.Get(port) is { } number)
            settings["HOLDFAST_PORT"] = number.ToString(CultureInfo.InvariantCulture);
        if (invocation.VaultNamed is { } vault)
            settings[CommonOptions.VaultVariable] = vault;
        foreach (var (variable, value) in SignatureKeys.ForService())
            settings[variable] = value;
        return (ExitCode)await ServerProgram.BecomeAsync(ServerProgram.Find(), invocation.Json ? ["serve", "--json"] : ["serve"], settings);
    }
}
