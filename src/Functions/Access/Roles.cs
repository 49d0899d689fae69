namespace Holdfast.Functions.Access;

/// <summary>What a caller may do. On Azure these are the app roles of the app registration, by these names.</summary>
[Flags]
internal enum Roles
{
    None = 0,

    /// <summary>See everything but the data of Secrets.</summary>
    Reader = 1,

    /// <summary>Capture, plan, restore, approve, and stop runs; change policies.</summary>
    Operator = 2,

    /// <summary>All of that, and change which clusters are registered; read the audit.</summary>
    Admin = 4,

    /// <summary>See the data of Secrets too; each such read is audited.</summary>
    SecretReader = 8,

    /// <summary>Every role that may see something.</summary>
    AnyReader = Reader | Operator | Admin | SecretReader,

    /// <summary>Every role that may change something.</summary>
    AnyOperator = Operator | Admin,
}

internal static class RoleNames
{
    private static readonly Roles[] Single = [Roles.Reader, Roles.Operator, Roles.Admin, Roles.SecretReader];

    /// <summary>Each by its own name, for people.</summary>
    public static string Names(this Roles roles) =>
        roles == Roles.None ? "none" : string.Join(", ", Single.Where(role => (roles & role) != Roles.None));
}
