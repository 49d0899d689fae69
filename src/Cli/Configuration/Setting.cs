using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Cli.Configuration;

/// <summary>What a setting's value is.</summary>
internal enum SettingForm
{
    Text,

    /// <summary>A file or a folder: <c>~/</c> is the home, and a relative one is beside the configuration file.</summary>
    Path,

    /// <summary>As <see cref="Path"/>, one or a list.</summary>
    Paths,

    /// <summary>As <see cref="Path"/>, or a URL.</summary>
    Place,

    /// <summary>https URLs, one or a list.</summary>
    Addresses,
    Number,
    Flag,
    Choice,
}

/// <summary>
/// One setting of the command line: what it is called in the configuration file, in the environment and as an option. The option comes
/// before the environment, the environment before the file, and the file before the default.
/// </summary>
/// <param name="Member">In the file.</param>
/// <param name="Variables">In the environment. The file's value isn't used if one of them is set.</param>
/// <param name="Option">Null: there is none.</param>
/// <param name="Default">For people; null: there is none.</param>
internal sealed record Setting(string Member, SettingForm Form, ImmutableArray<string> Variables, string? Option, string? Default)
{
    public const string FileVariable = "HOLDFAST_CONFIG";
    public const string ProfileVariable = "HOLDFAST_PROFILE";
    public const string ClusterVariable = "HOLDFAST_CLUSTER";
    public const string ContextVariable = "HOLDFAST_CONTEXT";
    public const string AuthVariable = "HOLDFAST_AUTH";
    public const string OutputVariable = "HOLDFAST_OUTPUT";
    public const string QuietVariable = "HOLDFAST_QUIET";
    public const string SigningKeyFileVariable = "HOLDFAST_SIGNING_KEY_FILE";
    public const string PublicKeyFilesVariable = "HOLDFAST_PUBLIC_KEY_FILES";

    /// <summary>Of all settings, in the order in which they are shown.</summary>
    public static readonly ImmutableArray<Setting> All =
    [
        new("vault", SettingForm.Place, ["HOLDFAST_VAULT"], "--vault", null),
        new("control", SettingForm.Place, ["HOLDFAST_CONTROL"], "--control", null),
        new("cluster", SettingForm.Text, [ClusterVariable], "--cluster", "made from the kubeconfig context's cluster"),
        new("kubeconfig", SettingForm.Paths, ["KUBECONFIG"], "--kubeconfig", "~/.kube/config, then the pod's service account"),
        new("context", SettingForm.Text, [ContextVariable], "--context", "the kubeconfig's current one"),
        new("auth", SettingForm.Choice, [AuthVariable], "--auth", "kubeconfig") { Choices = ["kubeconfig", "entra"] },
        new("output", SettingForm.Choice, [OutputVariable], "--output", "text") { Choices = ["text", "json"] },
        new("quiet", SettingForm.Flag, [QuietVariable], "--quiet", "false"),
        new("publicKeys", SettingForm.Paths, ["HOLDFAST_PUBLIC_KEYS", PublicKeyFilesVariable], "--public-key", null)
        {
            Shown = static text => $"{text.Split("-----BEGIN").Length - 1} in PEM",
        },
        new("signingKey", SettingForm.Place, ["HOLDFAST_SIGNING_KEY", SigningKeyFileVariable], "--signing-key", null)
        {
            IsKey = true,
            Shown = static text => IsUrl(text) ? text : Redacted,
        },
        new("encryptionKey", SettingForm.Addresses, ["HOLDFAST_ENCRYPTION_KEY"], null, null),
        new("passphraseFile", SettingForm.Path, ["HOLDFAST_PASSPHRASE", "HOLDFAST_PASSPHRASE_FILE"], null, null)
        {
            IsKey = true,
            Shown = static _ => Redacted,
        },
        new("encryption", SettingForm.Choice, ["HOLDFAST_ENCRYPTION"], null, null) { Choices = EncryptionScopes.All },
        new("data", SettingForm.Path, ["HOLDFAST_DATA"], "--data", "$XDG_STATE_HOME/holdfast/app"),
        new("resourceManager", SettingForm.Addresses, ["HOLDFAST_RESOURCE_MANAGER"], null, "https://management.azure.com"),
        new("answerMib", SettingForm.Number, ["HOLDFAST_ANSWER_MIB"], null, null),
        new("objectMib", SettingForm.Number, ["HOLDFAST_OBJECT_MIB"], null, null),
    ];

    /// <summary>Variables with secrets, what one would call them in the file, and what to do instead.</summary>
    public static readonly ImmutableArray<(string Member, string Variable, string Instead)> Secrets =
    [
        ("passphrase", "HOLDFAST_PASSPHRASE", "put it into a file of its own, and name that as passphraseFile"),
        ("resticPassword", "RESTIC_PASSWORD", "set the variable RESTIC_PASSWORD"),
        (
            "azureStorageConnectionString",
            "AZURE_STORAGE_CONNECTION_STRING",
            "set the variable AZURE_STORAGE_CONNECTION_STRING, or sign in with Entra ID"
        ),
    ];

    public const string Redacted = "<redacted>";

    /// <summary>Of <see cref="SettingForm.Choice"/>.</summary>
    public ImmutableArray<string> Choices { get; private init; } = [];

    /// <summary>It names where a private key or a passphrase is.</summary>
    public bool IsKey { get; private init; }

    /// <summary>How the value of the first variable is shown, which may be a key.</summary>
    private Func<string, string> Shown { get; init; } = static text => text;

    /// <summary>The variable that is set, and its value as it may be shown; null: none is.</summary>
    public (string Name, string Shown)? FromEnvironment()
    {
        foreach (var name in Variables)
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } text)
                return (name, SettingValue.WithoutSecret(name == Variables[0] ? Shown(text) : text));
        return null;
    }

    /// <summary>The variable that stands for a value of the file: keys in files have a variable of their own.</summary>
    public string VariableFor(string value) => Variables.Length == 1 || IsUrl(value) ? Variables[0] : Variables[^1];

    public static bool IsUrl(string text) => text.Contains("://", StringComparison.Ordinal);
}
