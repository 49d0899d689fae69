using Holdfast.Functions;
using Holdfast.Functions.OpenApi;
using Holdfast.Functions.Serving;
using Holdfast.Functions.Settings;
using Holdfast.Functions.Worker;

const int Usage = 2;

switch (args)
{
    case ["serve"] or ["serve", "--json"]:
        return await ServeHost.RunAsync(AppSettings.OfEnvironment(serving: true), Routes.All, json: args.Length > 1);
    case ["openapi", "--write", var file]:
        await File.WriteAllBytesAsync(file, await OpenApiDocument.OfAsync(Routes.All));
        return 0;
    case [] or ["--help", ..]:
        await Console.Error.WriteLineAsync(
            """
            holdfast-app serve [--json]             run by itself, on loopback; --json: print the address as one line of JSON on stdout
            holdfast-app openapi --write FILE       write the API's description
            With the arguments of an Azure Functions host it is that host's isolated worker.
            """
        );
        return Usage;
    default:
        await WorkerHost.RunAsync(AppSettings.OfEnvironment(), Routes.All, args);
        return 0;
}
