using System.Buffers.Text;
using System.Text;

namespace Holdfast.Functions.Api.Routing;

/// <summary>Where a listing continues: opaque to callers, who send it back as it is.</summary>
internal static class Continuations
{
    private const int Longest = 2048;

    public static string Write(string position) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(position));

    /// <summary>Null: not one of ours. What it says is still a caller's text.</summary>
    public static string? Read(string text)
    {
        if (text.Length > Longest || !Base64Url.IsValid(text))
            return null;
        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
    }
}
