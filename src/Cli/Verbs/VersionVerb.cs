using System.Reflection;
using System.Runtime.InteropServices;
using Holdfast.Archive.Format;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Restore;

namespace Holdfast.Cli.Verbs;

internal sealed class VersionVerb() : Verb("version", "Show the program's version and the format versions that it writes", "text", "json")
{
    /// <summary>Of this program.</summary>
    public static string Version =>
        typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public override IReadOnlyList<Example> Examples => [new("holdfast version -o json", "For a script")];

    public override bool IsConfigured => false;

    public override Task<ExitCode> RunAsync(Invocation invocation)
    {
        if (invocation.Json)
        {
            invocation.Screen.Json(
                new(
                    Version,
                    Inventory.CurrentVersion,
                    Seal.CurrentVersion,
                    RestorePlan.CurrentVersion,
                    RuntimeInformation.FrameworkDescription
                ),
                OutputJson.Plain.VersionDocument
            );
        }
        else
        {
            invocation.Screen.Line($"holdfast {Version}");
        }
        return Task.FromResult(ExitCode.Done);
    }
}
