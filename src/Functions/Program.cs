using Holdfast.Functions;
using Holdfast.Functions.Handler;
using Holdfast.Functions.Serving;
using Holdfast.Functions.Settings;

const int Usage = 2;

switch (args)
{
    case ["serve"] or ["serve", "--json"]:
        return await ServeHost.RunAsync(AppSettings.OfEnvironment(serving: true), json: args.Length > 1);
    case ["functions", "--write", var folder]:
        Generation.WriteFunctions(folder);
        return 0;
    case ["openapi", "--write", var file]:
        await Generation.WriteOpenApiAsync(file);
        return 0;
    case [] when AppSettings.OfEnvironment() is { HandlerPort: > 0 } settings:
        return await HandlerHost.RunAsync(settings);
    default:
        await Console.Error.WriteLineAsync("""
            holdfast-app serve [--json]             run by itself, on loopback; --json: tell where in one line on stdout
            holdfast-app functions --write FOLDER   write each function's function.json below the folder
            holdfast-app openapi --write FILE       write the API's description
            Without arguments it is the custom handler of an Azure Functions host, which sets FUNCTIONS_CUSTOMHANDLER_PORT.
            """);
        return Usage;
}
