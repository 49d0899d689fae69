using System.Globalization;
using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>
/// A plugin's input, in the environment variable KUBERNETES_EXEC_INFO. Source:
/// https://kubernetes.io/docs/reference/config-api/client-authentication.v1/
/// </summary>
internal static class ExecInfo
{
    private const string Extension = "client.authentication.k8s.io/exec";

    /// <param name="cluster">As <see cref="Cluster"/> made it; null: the plugin doesn't need it.</param>
    public static string Document(ExecSpec spec, bool interactive, byte[]? cluster)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind", "ExecCredential");
            json.WriteString("apiVersion", spec.ApiVersion);
            json.WriteStartObject("spec");
            if (cluster is not null)
            {
                json.WritePropertyName("cluster");
                json.WriteRawValue(cluster);
            }
            json.WriteBoolean("interactive", interactive);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>
    /// The cluster as plugins see it: with the CA's bytes, wherever they come from, and the extension for plugins.
    /// </summary>
    public static byte[] Cluster(Section cluster)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var key in (string[])["server", "tls-server-name", "proxy-url"])
            {
                if (cluster.Text(key) is { } value)
                    json.WriteString(key, value);
            }
            if (cluster.Flag("insecure-skip-tls-verify"))
                json.WriteBoolean("insecure-skip-tls-verify", true);
            if (cluster.Flag("disable-compression"))
                json.WriteBoolean("disable-compression", true);
            if (ClusterReader.AuthorityPem(cluster, []) is { } pem)
                json.WriteBase64String("certificate-authority-data", Encoding.UTF8.GetBytes(pem));
            if (cluster.Inners("extensions").FirstOrDefault(e => e.Text("name") == Extension)?.Node("extension") is { } config)
            {
                json.WritePropertyName("config");
                Write(json, config);
            }
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, YamlNode node)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                json.WriteStartObject();
                foreach (var (key, value) in mapping.Children)
                {
                    json.WritePropertyName(((YamlScalarNode)key).Value ?? "");
                    Write(json, value);
                }
                json.WriteEndObject();
                break;
            case YamlSequenceNode list:
                json.WriteStartArray();
                foreach (var item in list.Children)
                    Write(json, item);
                json.WriteEndArray();
                break;
            default:
                WriteScalar(json, (YamlScalarNode)node);
                break;
        }
    }

    private static void WriteScalar(Utf8JsonWriter json, YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
            json.WriteStringValue(text);
        else if (text is "" or "null" or "~")
            json.WriteNullValue();
        else if (text is "true" or "false")
            json.WriteBooleanValue(text == "true");
        else if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            json.WriteNumberValue(number);
        else
            json.WriteStringValue(text);
    }
}
