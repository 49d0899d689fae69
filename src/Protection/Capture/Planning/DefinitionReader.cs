using System.Text.Json;

namespace Holdfast.Protection.Capture.Planning;

/// <summary>Reads the few fields of a CustomResourceDefinition (v1 or v1beta1) that matter to a capture, skipping its schemas.</summary>
internal ref struct DefinitionReader
{
    private Utf8JsonReader reader;
    private string uid = "", revision = "", storage = "", only = "";
    private long generation;
    private bool storageServed, webhook, several;

    public DefinitionReader(ReadOnlySpan<byte> json)
    {
        reader = new(json);
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
    }

    public string Group { get; private set; } = "";
    public string Plural { get; private set; } = "";

    /// <summary>A webhook converts what isn't stored at the version asked for: none of it only when the storage version is served and no other was ever stored.</summary>
    public readonly CustomType Type
    {
        get
        {
            var name = storage.Length > 0 ? storage : only;
            var served = storage.Length == 0 || storageServed;
            return new($"{uid}/{generation}", revision, served && name.Length > 0 ? name : null, webhook && (several || !served));
        }
    }

    private void Metadata()
    {
        Enter();
        while (Property())
        {
            if (reader.ValueTextEquals("uid"u8))
                uid = Text();
            else if (reader.ValueTextEquals("resourceVersion"u8))
                revision = Text();
            else if (reader.ValueTextEquals("generation"u8) && reader.Read())
                generation = reader.GetInt64();
            else
                reader.Skip();
        }
    }

    private void Spec()
    {
        Enter();
        while (Property())
        {
            if (reader.ValueTextEquals("group"u8))
                Group = Text();
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
        Enter();
        while (Property())
        {
            if (reader.ValueTextEquals("plural"u8))
                Plural = Text();
            else
                reader.Skip();
        }
    }

    private void Conversion()
    {
        Enter();
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
        Enter();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var name = "";
            bool served = false, stored = false;
            while (Property())
            {
                if (reader.ValueTextEquals("name"u8))
                    name = Text();
                else if (reader.ValueTextEquals("served"u8))
                    served = reader.Read() && reader.TokenType == JsonTokenType.True;
                else if (reader.ValueTextEquals("storage"u8))
                    stored = reader.Read() && reader.TokenType == JsonTokenType.True;
                else
                    reader.Skip();
            }
            if (stored)
                (storage, storageServed) = (name, served);
        }
    }

    private void Status()
    {
        Enter();
        while (Property())
        {
            if (!reader.ValueTextEquals("storedVersions"u8))
            {
                reader.Skip();
                continue;
            }
            Enter();
            var count = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                count++;
            several = count > 1;
        }
    }

    private void Enter() => reader.Read();

    private bool Property() => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private string Text() => reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
}
