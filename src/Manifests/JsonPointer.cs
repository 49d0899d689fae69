namespace Holdfast.Manifests;

/// <summary>JSON pointers (RFC 6901).</summary>
public static class JsonPointer
{
    /// <summary>A name as a pointer's step.</summary>
    public static string Escape(string name) =>
        name.AsSpan().ContainsAny('~', '/')
            ? name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)
            : name;

    /// <summary>The steps of a pointer, unescaped; none for the whole document.</summary>
    /// <exception cref="FormatException">It is neither empty nor begins with a slash, or has an escape that isn't one.</exception>
    public static string[] Steps(string pointer)
    {
        if (pointer.Length == 0)
            return [];
        if (pointer[0] != '/')
            throw new FormatException($"'{pointer}' isn't a JSON pointer: it begins with '/'");
        return [.. pointer[1..].Split('/').Select(Unescape)];
    }

    public static string Of(IEnumerable<string> steps) => string.Concat(steps.Select(step => $"/{Escape(step)}"));

    private static string Unescape(string step)
    {
        for (var at = step.IndexOf('~', StringComparison.Ordinal); at >= 0; at = step.IndexOf('~', at + 1))
            if (at + 1 == step.Length || step[at + 1] is not ('0' or '1'))
                throw new FormatException($"'{step}' has a '~' that is neither '~0' nor '~1'");
        return step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }
}
