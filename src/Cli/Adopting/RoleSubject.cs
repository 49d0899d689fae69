using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Holdfast.Archive.Format;

namespace Holdfast.Cli.Adopting;

/// <summary>Whom roles are bound to in a cluster: the identity that the service signs in with there.</summary>
internal sealed record RoleSubject
{
    public const string Forms = "user:NAME, group:NAME or serviceaccount:NAMESPACE/NAME";
    private const int LongestName = 253;

    /// <summary>The service account that capture.yaml makes.</summary>
    public static readonly RoleSubject Default = new(RoleSubjectKind.ServiceAccount, "holdfast-capture", "holdfast");

    private RoleSubject(RoleSubjectKind kind, string name, string? ns = null) => (Kind, Name, Namespace) = (kind, name, ns);

    public RoleSubjectKind Kind { get; }

    /// <summary>Of Entra ID: the object id of a group, or of an identity.</summary>
    public string Name { get; }

    public string? Namespace { get; }

    /// <summary>Sent with a request by who may impersonate it, they have the server decide as it does for the subject.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Impersonation =>
        Kind switch
        {
            RoleSubjectKind.User => [new("Impersonate-User", Name)],
            // a group alone can't be impersonated; the name is no one's
            RoleSubjectKind.Group => [new("Impersonate-User", "holdfast:member-of-group"), new("Impersonate-Group", Name)],
            _ => [new("Impersonate-User", $"system:serviceaccount:{Namespace}:{Name}")],
        };

    /// <summary>The resource on which <c>impersonate</c> is needed.</summary>
    public string Impersonated =>
        Kind switch
        {
            RoleSubjectKind.User => "users",
            RoleSubjectKind.Group => "groups",
            _ => "serviceaccounts",
        };

    public static bool TryParse(string text, [NotNullWhen(true)] out RoleSubject? subject)
    {
        var parts = text.Split(':', 2);
        subject = parts switch
        {
            ["user", var name] when IsName(name) => new(RoleSubjectKind.User, name),
            ["group", var name] when IsName(name) => new(RoleSubjectKind.Group, name),
            ["serviceaccount", var account] when account.Split('/') is [var ns, var name] && IsLabel(ns) && IsLabel(name) => new(
                RoleSubjectKind.ServiceAccount,
                name,
                ns
            ),
            _ => null,
        };
        return subject is not null;
    }

    /// <summary>The <c>subjects</c> of a binding, in YAML. A JSON text is one of YAML, too.</summary>
    public string ToYaml()
    {
        var yaml = new StringBuilder("subjects:\n");
        yaml.Append("- kind: ").Append(Kind).Append('\n');
        if (Kind != RoleSubjectKind.ServiceAccount)
            yaml.Append("  apiGroup: rbac.authorization.k8s.io\n");
        yaml.Append("  name: ").Append(Kind == RoleSubjectKind.ServiceAccount ? Name : Quoted(Name)).Append('\n');
        if (Namespace is not null)
            yaml.Append("  namespace: ").Append(Namespace).Append('\n');
        return yaml.ToString();
    }

    public override string ToString() =>
        Kind == RoleSubjectKind.ServiceAccount ? $"serviceaccount:{Namespace}/{Name}" : $"{Kind.ToString().ToLowerInvariant()}:{Name}";

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    /// <summary>Visible ASCII: it is a header's value, and a name in messages.</summary>
    private static bool IsName(string text) => text.Length is > 0 and <= LongestName && text.All(c => c is > ' ' and <= '~');

    private static bool IsLabel(string text) => ClusterName.TryParse(text, out _);
}

/// <summary>As RBAC names them.</summary>
internal enum RoleSubjectKind
{
    User,
    Group,
    ServiceAccount,
}
