using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Manifests;

/// <summary>Prints manifests one after the other in a format; ends it when disposed.</summary>
internal abstract class ManifestWriter : IDisposable
{
    /// <param name="single">One object is expected: as JSON it stands alone, not in a List.</param>
    public static ManifestWriter To(Screen screen, string format, bool single) =>
        format switch
        {
            "yaml" => new Yaml(screen.Out),
            "ndjson" => new Lines(screen),
            _ => new Json(screen, single),
        };

    public abstract void Write(JsonObject manifest);

    public abstract void Dispose();

    private sealed class Yaml(Stream stream) : ManifestWriter
    {
        private readonly YamlText yaml = new(stream);

        public override void Write(JsonObject manifest) => yaml.Write(manifest);

        public override void Dispose() => yaml.Dispose();
    }

    private sealed class Lines(Screen screen) : ManifestWriter
    {
        public override void Write(JsonObject manifest)
        {
            using (var json = new Utf8JsonWriter(screen.Out, StoredJson.OneLine))
                manifest.WriteTo(json);
            screen.Line();
        }

        public override void Dispose() { }
    }

    /// <summary>One object alone, several as kubectl's List. Holds one object at most.</summary>
    private sealed class Json(Screen screen, bool single) : ManifestWriter
    {
        private readonly Utf8JsonWriter json = new(screen.Out, StoredJson.Indented);
        private JsonObject? first;
        private bool list;

        public override void Write(JsonObject manifest)
        {
            if (single && !list && first is null)
            {
                first = manifest;
                return;
            }
            StartList();
            manifest.WriteTo(json);
            json.Flush();
        }

        public override void Dispose()
        {
            if (!single)
                StartList();
            if (list)
                EndList();
            else
                first?.WriteTo(json);
            json.Dispose();
            if (list || first is not null)
                screen.Line();
        }

        private void StartList()
        {
            if (list)
                return;
            list = true;
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, "v1"u8);
            json.WriteString("kind"u8, "List"u8);
            json.WriteStartArray("items"u8);
            first?.WriteTo(json);
        }

        private void EndList()
        {
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
