using System.Text.Json.Nodes;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Editing;

/// <summary>A control document as it is kept, for <c>apply</c> to take again.</summary>
internal static class KeptText
{
    /// <returns>False: it is asked for as text.</returns>
    public static bool TryPrint(Invocation invocation, byte[] json)
    {
        if (invocation.Format is not ("json" or "yaml"))
            return false;
        Print(invocation.Json, invocation.Screen, json);
        return true;
    }

    /// <param name="asJson">Else as YAML.</param>
    public static void Print(bool asJson, Screen screen, byte[] json)
    {
        if (asJson)
        {
            screen.Out.Write(json);
            screen.Out.WriteByte((byte)'\n');
            return;
        }
        using var yaml = new YamlText(screen.Out);
        yaml.Write(JsonNode.Parse(json));
    }
}
