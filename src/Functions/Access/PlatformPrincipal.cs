using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Functions.Access;

/// <summary>
/// Reads whom the platform's Entra ID authentication let in from <c>X-MS-CLIENT-PRINCIPAL</c>. The platform takes that header from every
/// request that comes in and writes its own, so that it proves something only where the platform authenticates.
/// </summary>
internal static class PlatformPrincipal
{
    public const string Header = "X-MS-CLIENT-PRINCIPAL";

    private const int LongestHeader = 64 << 10;

    /// <summary>They are GUIDs; runs and events carry them.</summary>
    private const int LongestId = 100;
    private const string RoleClaim = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";
    private static readonly string[] ObjectClaims = ["oid", "http://schemas.microsoft.com/identity/claims/objectidentifier"];
    private static readonly string[] TenantClaims = ["tid", "http://schemas.microsoft.com/identity/claims/tenantid"];
    private static readonly string[] NameClaims =
    [
        "preferred_username",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
        "name",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
        "app_displayname",
        "appid",
        "azp",
    ];
    private static readonly Roles[] Known = [Roles.Reader, Roles.Operator, Roles.Admin, Roles.SecretReader];

    /// <summary>Null: no one is signed in, or the header can't be read or names no object of a tenant.</summary>
    public static Caller? Read(IHeaderDictionary headers)
    {
        if (headers[Header] is not [{ Length: > 0 and <= LongestHeader } encoded] || Parse(encoded) is not { Claims: { } claims } principal)
            return null;
        if (
            First(claims, ObjectClaims) is not { Length: <= LongestId } id
            || First(claims, TenantClaims) is not { Length: <= LongestId } tenant
        )
            return null;
        return new($"entra:{tenant}/{id}", First(claims, NameClaims) ?? id, RolesOf(principal));
    }

    private static Principal? Parse(string encoded)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(encoded.Length)];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
            return null;
        try
        {
            return JsonSerializer.Deserialize(bytes.AsSpan(0, length), PrincipalJson.Default.Principal);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? First(Claim[] claims, string[] types)
    {
        foreach (var type in types)
        {
            if (Array.Find(claims, c => c.Type == type) is { Value.Length: > 0 } claim)
                return claim.Value;
        }
        return null;
    }

    private static Roles RolesOf(Principal principal)
    {
        var roles = Roles.None;
        foreach (var claim in principal.Claims!)
        {
            if (claim.Type is "roles" or RoleClaim || claim.Type == principal.RoleType)
                roles |= Array.Find(Known, r => r.ToString() == claim.Value);
        }
        return roles;
    }

    internal sealed record Principal(
        [property: JsonPropertyName("claims")] Claim[]? Claims,
        [property: JsonPropertyName("role_typ")] string? RoleType
    );

    internal sealed record Claim([property: JsonPropertyName("typ")] string? Type, [property: JsonPropertyName("val")] string? Value);
}

[JsonSerializable(typeof(PlatformPrincipal.Principal))]
internal sealed partial class PrincipalJson : JsonSerializerContext;
