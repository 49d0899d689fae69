namespace Holdfast.Cli.Output;

/// <summary>Colours as ANSI sequences, or nothing.</summary>
internal sealed class Ink(bool enabled)
{
    public bool IsOn => enabled;

    public string Red(string text) => Paint("31", text);

    public string Green(string text) => Paint("32", text);

    public string Yellow(string text) => Paint("33", text);

    public string Blue(string text) => Paint("36", text);

    public string Dim(string text) => Paint("2", text);

    public string Bold(string text) => Paint("1", text);

    private string Paint(string code, string text) => enabled && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
