using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Machine.Terminals;

/// <summary>
/// 1 to 128 visible ASCII characters but <c>"</c> and <c>\</c>, the form of uids and revisions: a seal's text needs no escaping, so that
/// its one form is easy to make.
/// </summary>
public static class PlainToken
{
    public const int MaxLength = 128;

    public static bool Is([NotNullWhen(true)] string? text)
    {
        if (text is not { Length: > 0 and <= MaxLength })
            return false;
        foreach (var c in text)
        {
            if (c is <= ' ' or > '~' or '"' or '\\')
                return false;
        }
        return true;
    }
}
