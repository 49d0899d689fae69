using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Machine.Faults;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Holdfast.Manifests;

/// <summary>
/// One YAML document as JSON, as Kubernetes' own tools read it: plain scalars are null, booleans and numbers where JSON has them; what is
/// quoted is a text. JSON is YAML, too.
/// </summary>
/// <remarks>Without anchors and aliases: a few lines of them stand for any amount of content.</remarks>
public static partial class YamlJson
{
    private const int Deepest = 100;

    /// <exception cref="JsonException">It isn't one document of YAML, or has what isn't read; the message has line and column.</exception>
    public static JsonNode? Read(string text) => Read(text, null);

    /// <param name="lines">Gets the line of each member, counted from 1, under its JSON pointer.</param>
    /// <inheritdoc cref="Read(string)"/>
    public static JsonNode? Read(string text, IDictionary<string, long>? lines)
    {
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                return null;
            parser.Consume<DocumentStart>();
            var root = Node(parser, 0, "", lines);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
                throw Fault(parser.Current!, "a second document begins: give one document");
            return root;
        }
        catch (YamlException e)
        {
            throw new JsonException($"it isn't YAML: line {e.Start.Line}, column {e.Start.Column}: {e.Message}", e);
        }
        catch (Exception e) when (e is not JsonException && ForeignBytes.AreAtFault(e))
        {
            // the library's own checks miss a few texts
            throw new JsonException("it isn't YAML", e);
        }
    }

    private static JsonNode? Node(Parser parser, int depth, string pointer, IDictionary<string, long>? lines)
    {
        if (depth > Deepest)
            throw Fault(parser.Current!, $"it nests deeper than {Deepest} levels");
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias)
            throw Fault(parser.Current, "anchors and aliases aren't read: write the content out");
        if (parser.TryConsume<Scalar>(out var scalar))
            return Value(scalar);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var list = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
                list.Add(Node(parser, depth + 1, $"{pointer}/{list.Count}", lines));
            return list;
        }
        parser.Consume<MappingStart>();
        var map = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var at = parser.Current!;
            if (!parser.TryConsume<Scalar>(out var key))
                throw Fault(at, "a key is a text");
            if (map.ContainsKey(key.Value))
                throw Fault(at, $"'{key.Value}' is there twice");
            var member = lines is null ? "" : $"{pointer}/{JsonPointer.Escape(key.Value)}";
            lines?.Add(member, at.Start.Line);
            map.Add(key.Value, Node(parser, depth + 1, member, lines));
        }
        return map;
    }

    private static JsonNode? Value(Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain)
            return JsonValue.Create(scalar.Value);
        return scalar.Value switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            var text when Number().IsMatch(text) => JsonNode.Parse(text),
            var text => JsonValue.Create(text),
        };
    }

    private static JsonException Fault(ParsingEvent at, string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"line {at.Start.Line}, column {at.Start.Column}: {what}"));

    /// <summary>As JSON has them.</summary>
    [GeneratedRegex(
        @"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Number();
}
