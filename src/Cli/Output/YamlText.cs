using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Machine.Terminals;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Holdfast.Cli.Output;

/// <summary>
/// JSON documents as YAML that kubectl reads back to the same JSON: a string that would read as another type is quoted, numbers stay as
/// they are written.
/// </summary>
internal sealed class YamlText : IDisposable
{
    private readonly StreamWriter text;
    private readonly Emitter emitter;
    private bool first = true;

    public YamlText(Stream stream)
    {
        text = new(stream, leaveOpen: true);
        emitter = new(text, new EmitterSettings().WithBestWidth(int.MaxValue).WithMaxSimpleKeyLength(1024).WithNewLine("\n"));
        emitter.Emit(new StreamStart());
    }

    /// <summary>Adds one document; the second and later ones stand behind <c>---</c>.</summary>
    public void Write(JsonNode? document)
    {
        emitter.Emit(new DocumentStart(null, null, first));
        first = false;
        Emit(document);
        emitter.Emit(new DocumentEnd(true));
    }

    public void Dispose()
    {
        emitter.Emit(new StreamEnd());
        text.Dispose();
    }

    private void Emit(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                EmitMap(map);
                break;
            case JsonArray list:
                EmitList(list);
                break;
            default:
                EmitScalar(node);
                break;
        }
    }

    private void EmitMap(JsonObject map)
    {
        emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, true, map.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
        foreach (var (name, value) in map)
        {
            EmitString(name);
            Emit(value);
        }
        emitter.Emit(new MappingEnd());
    }

    private void EmitList(JsonArray list)
    {
        emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
        foreach (var item in list)
            Emit(item);
        emitter.Emit(new SequenceEnd());
    }

    private void EmitScalar(JsonNode? node)
    {
        if (node?.GetValueKind() == JsonValueKind.String)
            EmitString(node.GetValue<string>());
        else
            emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, node?.ToJsonString() ?? "null", ScalarStyle.Plain, true, false));
    }

    private void EmitString(string value)
    {
        var style =
            ReadsAsAnother(value) ? ScalarStyle.DoubleQuoted
            : !NeedsEscapes(value)
                ? value.Contains('\n') ? ScalarStyle.Literal
                    : ScalarStyle.Any
            : ScalarStyle.DoubleQuoted;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, value, style, true, true));
    }

    /// <summary>What YAML 1.1 (kubectl's) takes for null, a boolean, a number, a date or a merge key when it stands plain.</summary>
    private static bool ReadsAsAnother(string value) =>
        value.ToLowerInvariant()
            is ""
                or "~"
                or "null"
                or "true"
                or "false"
                or "yes"
                or "no"
                or "on"
                or "off"
                or "y"
                or "n"
                or "<<"
                or "="
                or ".nan"
                or ".inf"
                or "-.inf"
                or "+.inf"
        || char.IsAsciiDigit(value[0])
        || ((value[0] is '+' or '-' or '.') && value.Length > 1 && (char.IsAsciiDigit(value[1]) || value[1] == '.'))
        || double.TryParse(value, NumberStyles.Any, CultureInfo.InvariantCulture, out _);

    /// <summary>Neither a plain scalar nor a literal block keeps these characters where they stand, or shows them.</summary>
    private static bool NeedsEscapes(string value) =>
        value[0] is ' ' or '\n' or '\t'
        || value[^1] == ' '
        || value.Contains(" \n", StringComparison.Ordinal)
        || value.EnumerateRunes().Any(c => c.Value is not ('\n' or '\t') && !Printable.IsShown(c));
}
