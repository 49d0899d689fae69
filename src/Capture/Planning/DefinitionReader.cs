using System.Text.Json;
using Holdfast.Archive.Format;

namespace Holdfast.Capture.Planning;

/// <summary>Reads the few fields of a CustomResourceDefinition (v1 or v1beta1) that matter to a capture, skipping its schemas.</summary>
internal ref struct DefinitionReader
{
    private readonly ReadOnlySpan<byte> json;
    private readonly List<string> served = [];
    private readonly List<string> stored = [];
    private Utf8JsonReader reader;
    private string uid = "",
        revision = "",
        group = "",
        plural = "",
        kind = "",
        storage = "",
        only = "";
    private long generation;
    private bool namespaced,
        webhook,
        accepted,
        terminating;

    /// <exception cref="JsonException">It isn't such a definition.</exception>
    /// <exception cref="InvalidOperationException">A field has another type than it must have.</exception>
    public DefinitionReader(ReadOnlySpan<byte> json)
    {
        this.json = json;
        reader = new(json, new JsonReaderOptions { MaxDepth = FormatLimits.ManifestDepth });
        reader.Read();
        while (Property())
        {
            if (reader.ValueTextEquals("metadata"u8))
                Metadata();
            else if (reader.ValueTextEquals("spec"u8))
                Spec();
            else if (reader.ValueTextEquals("status"u8))
                Status();
            else
                reader.Skip();
        }
        if (storage.Length == 0)
            served.Add(storage = only);
        if (group.Length == 0 || plural.Length == 0)
            throw new JsonException("it names no group or no plural");
    }

    public readonly CustomType Type
    {
        get
        {
            var isServed = served.Contains(storage);
            var isMixed = stored.Count > 1 || !isServed;
            return new(new(group, storage, plural, kind, namespaced), $"{uid}/{generation}", revision)
            {
                StorageVersion = isServed && storage.Length > 0 ? storage : null,
                Converted = webhook && isMixed,
                Served = [.. served],
                Accepted = accepted,
                Terminating = terminating,
                Stored = [.. stored.Append(storage).Distinct()],
                Json = isMixed && !webhook ? json.ToArray() : null,
            };
        }
    }

    private void Metadata()
    {
        if (!Enter())
            return;
        while (Property())
        {
            if (reader.ValueTextEquals("uid"u8))
                uid = Text();
            else if (reader.ValueTextEquals("resourceVersion"u8))
                revision = Text();
            else if (reader.ValueTextEquals("deletionTimestamp"u8))
                terminating = Text().Length > 0;
            else if (reader.ValueTextEquals("generation"u8) && reader.Read())
                generation = reader.GetInt64();
            else
                reader.Skip();
        }
    }

    private void Spec()
    {
        if (!Enter())
            return;
        while (Property())
        {
            if (reader.ValueTextEquals("group"u8))
                group = Text();
            else if (reader.ValueTextEquals("scope"u8))
                namespaced = Text() == "Namespaced";
            else if (reader.ValueTextEquals("version"u8))
                only = Text();
            else if (reader.ValueTextEquals("names"u8))
                Names();
            else if (reader.ValueTextEquals("conversion"u8))
                Conversion();
            else if (reader.ValueTextEquals("versions"u8))
                Versions();
            else
                reader.Skip();
        }
    }

    private void Names()
    {
        if (!Enter())
            return;
        while (Property())
        {
            if (reader.ValueTextEquals("plural"u8))
                plural = Text();
            else if (reader.ValueTextEquals("kind"u8))
                kind = Text();
            else
                reader.Skip();
        }
    }

    private void Conversion()
    {
        if (!Enter())
            return;
        while (Property())
        {
            if (reader.ValueTextEquals("strategy"u8))
                webhook = Text() == "Webhook";
            else
                reader.Skip();
        }
    }

    private void Versions()
    {
        if (!Enter())
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var name = "";
            bool isServed = false,
                isStorage = false;
            while (Property())
            {
                if (reader.ValueTextEquals("name"u8))
                    name = Text();
                else if (reader.ValueTextEquals("served"u8))
                    isServed = reader.Read() && reader.TokenType == JsonTokenType.True;
                else if (reader.ValueTextEquals("storage"u8))
                    isStorage = reader.Read() && reader.TokenType == JsonTokenType.True;
                else
                    reader.Skip();
            }
            if (isServed)
                served.Add(name);
            if (isStorage)
                storage = name;
        }
    }

    private void Status()
    {
        if (!Enter())
            return;
        while (Property())
        {
            if (reader.ValueTextEquals("storedVersions"u8))
                StoredVersions();
            else if (reader.ValueTextEquals("conditions"u8))
                Conditions();
            else
                reader.Skip();
        }
    }

    private void StoredVersions()
    {
        if (!Enter())
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            stored.Add(reader.GetString()!);
    }

    private void Conditions()
    {
        if (!Enter())
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string type = "",
                status = "";
            while (Property())
            {
                if (reader.ValueTextEquals("type"u8))
                    type = Text();
                else if (reader.ValueTextEquals("status"u8))
                    status = Text();
                else
                    reader.Skip();
            }
            accepted |= (type is "Established" or "NamesAccepted") && status == "True";
            terminating |= type == "Terminating" && status == "True";
        }
    }

    /// <summary>False: the value isn't an object or list, but null or something unexpected, which is ignored.</summary>
    private bool Enter() => reader.Read() && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;

    private bool Property() => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private string Text() => reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
}
