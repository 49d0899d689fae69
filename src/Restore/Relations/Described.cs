namespace Holdfast.Restore.Relations;

/// <summary>Objects as reasons name them.</summary>
internal static class Described
{
    /// <summary><c>Deployment shop/web</c>.</summary>
    public static string Object(string kind, string? ns, string name) => ns is null ? $"{kind} {name}" : $"{kind} {ns}/{name}";
}
