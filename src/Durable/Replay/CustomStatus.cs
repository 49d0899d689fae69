using System.Text.Json;

namespace Holdfast.Durable.Replay;

/// <summary>The status text that each episode carries. An engine takes at most 16 KB of UTF-16 and fails the instance for good above that, so what is longer is cut to JSON that says so.</summary>
internal static class CustomStatus
{
    private const int LongestText = 16 * 1024 / sizeof(char);

    public static bool IsTooLong(string text) => text.Length > LongestText;

    /// <summary><c>{"truncated":true,"length":N,"start":"..."}</c>, where length is that of the whole text in characters.</summary>
    public static string Cut(string text)
    {
        for (var kept = LongestText - 100; ; kept /= 2)
        {
            var cut = $$"""{"truncated":true,"length":{{text.Length}},"start":"{{JsonEncodedText.Encode(Start(text, kept))}}"}""";
            if (!IsTooLong(cut))
                return cut;
        }
    }

    private static string Start(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}
