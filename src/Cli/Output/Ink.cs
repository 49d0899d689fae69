using System.Security.Cryptography;
using System.Text;
using Holdfast.Machine.Terminals;

namespace Holdfast.Cli.Output;

/// <summary>
/// Colours, or nothing. What it paints carries marks that no text from outside can hold, since they are of this process alone:
/// <see cref="Resolve"/> makes sequences of them, and of nothing else.
/// </summary>
internal sealed class Ink(bool enabled)
{
    private const char End = 'm';

    private static readonly string Mark = $"\e{RandomNumberGenerator.GetHexString(16)}[";

    public bool IsEnabled => enabled;

    public string Red(string text) => Paint("31", text);

    public string Green(string text) => Paint("32", text);

    public string Yellow(string text) => Paint("33", text);

    public string Dim(string text) => Paint("2", text);

    public string Bold(string text) => Paint("1", text);

    /// <summary>One line as the terminal gets it: the marks as ANSI sequences, everything else made printable.</summary>
    public static string Resolve(string text)
    {
        if (!text.Contains(Mark, StringComparison.Ordinal))
            return Printable.Of(text);
        var line = new StringBuilder(text.Length);
        foreach (var (colour, plain) in Pieces(text))
            line.Append(colour is null ? "" : $"\e[{colour}m").Append(Printable.Of(plain));
        return line.ToString();
    }

    /// <summary>Characters on the screen.</summary>
    public static int Width(string text) => Pieces(text).Sum(piece => Printable.Of(piece.Plain).Length);

    private static IEnumerable<(string? Colour, string Plain)> Pieces(string text)
    {
        var pieces = text.Split(Mark);
        yield return (null, pieces[0]);
        foreach (var piece in pieces.Skip(1))
        {
            var end = piece.IndexOf(End);
            yield return (piece[..end], piece[(end + 1)..]);
        }
    }

    private string Paint(string code, string text) => enabled && text.Length > 0 ? $"{Mark}{code}{End}{text}{Mark}0{End}" : text;
}
