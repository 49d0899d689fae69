namespace Holdfast.Machine.Terminals;

/// <summary>Shortens texts that are too long to be shown or kept.</summary>
public static class CutText
{
    /// <summary>
    /// The text itself where it has at most <paramref name="longest"/> characters; otherwise its first ones with <paramref name="end"/>
    /// behind them. No surrogate pair is cut in two.
    /// </summary>
    public static string To(int longest, string text, string end = "…") =>
        text.Length <= longest ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)}{end}";
}
