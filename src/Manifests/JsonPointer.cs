namespace Holdfast.Manifests;

/// <summary>JSON pointers (RFC 6901).</summary>
public static class JsonPointer
{
    /// <summary>A name as a pointer's step.</summary>
    public static string Escape(string name) =>
        name.AsSpan().ContainsAny('~', '/')
            ? name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)
            : name;
}
