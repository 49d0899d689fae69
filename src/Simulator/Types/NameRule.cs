using System.Buffers;

namespace Holdfast.Simulator.Types;

/// <summary>Which names a type accepts. Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/</summary>
internal sealed class NameRule
{
    private const string LabelText =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
        + "alphanumeric character "
        + "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string SubdomainText =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with "
        + "an alphanumeric "
        + "character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string ServiceText =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with "
        + "an alphanumeric "
        + "character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private readonly Func<string, string?> complaint;

    private NameRule(Func<string, string?> complaint) => this.complaint = complaint;

    public static NameRule Subdomain { get; } =
        new(name =>
            name.Length > 253 ? "must be no more than 253 characters"
            : name.Split('.').All(IsLabel) ? null
            : SubdomainText
        );

    public static NameRule Label { get; } =
        new(name =>
            name.Length > 63 ? "must be no more than 63 characters"
            : IsLabel(name) ? null
            : LabelText
        );

    public static NameRule Service { get; } =
        new(name =>
            name.Length > 63 ? "must be no more than 63 characters"
            : IsLabel(name) && char.IsAsciiLetterLower(name[0]) ? null
            : ServiceText
        );

    /// <summary>Any path segment: the RBAC types.</summary>
    public static NameRule PathSegment { get; } =
        new(name =>
            name is "." or ".." ? $"may not be '{name}'"
            : name.Contains('/', StringComparison.Ordinal) ? "may not contain '/'"
            : name.Contains('%', StringComparison.Ordinal) ? "may not contain '%'"
            : null
        );

    /// <returns>Null: the name is valid.</returns>
    public string? Complaint(string name) => complaint(name);

    private static bool IsLabel(string text) =>
        text.Length > 0 && text[0] != '-' && text[^1] != '-' && !text.AsSpan().ContainsAnyExcept(LabelCharacters);
}
