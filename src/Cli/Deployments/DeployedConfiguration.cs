using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Holdfast.Cli.Deployments;

/// <summary>The configuration file for a deployment, as a person would write it. A JSON string is one of YAML, too.</summary>
internal static class DeployedConfiguration
{
    /// <summary>The second region's vault and control container.</summary>
    public const string StandbyProfile = "standby";

    /// <param name="publicKeys">Files.</param>
    public static string Of(DeploymentOutputs outputs, IReadOnlyCollection<string> publicKeys)
    {
        var yaml = new StringBuilder("# Where a deployment of Holdfast keeps its points, for the command line.\n");
        Add(yaml, "", outputs);
        if (publicKeys.Count > 0)
            yaml.Append("publicKeys:\n");
        foreach (var key in publicKeys)
            yaml.Append(CultureInfo.InvariantCulture, $"- {Quoted(key)}\n");
        if (outputs.Standby is { } standby)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"profiles:\n  {StandbyProfile}:\n");
            Add(yaml, "    ", standby);
        }
        return yaml.ToString();
    }

    private static void Add(StringBuilder yaml, string indent, DeploymentOutputs region) =>
        yaml.Append(CultureInfo.InvariantCulture, $"{indent}# Its API: {region.Api}\n")
            .Append(CultureInfo.InvariantCulture, $"{indent}vault: {Quoted(region.Vault.ToString())}\n")
            .Append(CultureInfo.InvariantCulture, $"{indent}control: {Quoted(region.Control.ToString())}\n");

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
