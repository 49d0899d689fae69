using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Manifests.Selecting;

/// <summary>
/// Reads the selector grammar one requirement after the other; the first mistake ends it with its position, counted from 1.
/// </summary>
internal ref struct LabelSelectorParser
{
    private static readonly SearchValues<char> Symbols = SearchValues.Create("=!(),<> \t\r\n");
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    );

    private readonly string text;
    private int position;

    private LabelSelectorParser(string text) => this.text = text;

    /// <exception cref="FormatException">The text isn't a selector.</exception>
    public static ImmutableArray<LabelRequirement> Parse(string text)
    {
        var parser = new LabelSelectorParser(text);
        var requirements = ImmutableArray.CreateBuilder<LabelRequirement>();
        if (parser.AtEnd())
            return [];
        do requirements.Add(parser.Requirement());
        while (parser.Accept(","));
        if (!parser.AtEnd())
            throw parser.Expected("',' or the end");
        return requirements.ToImmutable();
    }

    private LabelRequirement Requirement()
    {
        if (Accept("!"))
            return new(Key(), LabelOperator.NotExists, []);
        var key = Key();
        if (Accept("=="))
            return new(key, LabelOperator.In, [Value()]);
        if (Accept("="))
            return new(key, LabelOperator.In, [Value()]);
        if (Accept("!="))
            return new(key, LabelOperator.NotIn, [Value()]);
        if (Accept(">"))
            return new(key, LabelOperator.GreaterThan, [Integer()]);
        if (Accept("<"))
            return new(key, LabelOperator.LessThan, [Integer()]);
        if (AtEnd() || text[position] == ',')
            return new(key, LabelOperator.Exists, []);
        return new(key, SetOperator(), Set());
    }

    private LabelOperator SetOperator()
    {
        var start = position;
        var word = Word();
        if (word is not ("in" or "notin"))
        {
            position = start;
            throw Expected("one of =, ==, !=, >, <, in, notin, ',' or the end");
        }
        return word == "in" ? LabelOperator.In : LabelOperator.NotIn;
    }

    private ImmutableArray<string> Set()
    {
        if (!Accept("("))
            throw Expected("'(' before the values");
        var values = ImmutableArray.CreateBuilder<string>();
        do values.Add(Value());
        while (Accept(","));
        if (!Accept(")"))
            throw Expected("',' or ')' after a value");
        return values.ToImmutable();
    }

    private string Key()
    {
        SkipSpace();
        var start = position;
        var key = Word();
        if (key.Length == 0)
            throw Expected("a label key");
        var slash = key.IndexOf('/');
        var name = slash < 0 ? key : key[(slash + 1)..];
        if (!IsName(name) || (slash >= 0 && !IsSubdomain(key.AsSpan(0, slash))))
            throw Wrong(
                start,
                $"'{key}' isn't a label key: an optional DNS name and '/', then at most 63 of letters, digits, '-', '_', '.', with a "
                    + "letter or digit at both ends"
            );
        return key;
    }

    private string Value()
    {
        SkipSpace();
        var start = position;
        var value = Word();
        if (value.Length > 0 && !IsName(value))
            throw Wrong(
                start,
                $"'{value}' isn't a label value: at most 63 of letters, digits, '-', '_', '.', with a letter or digit at both ends"
            );
        return value;
    }

    private string Integer()
    {
        SkipSpace();
        var start = position;
        var value = Word();
        return long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            ? value
            : throw Wrong(start, "'>' and '<' compare with a whole number");
    }

    private static bool IsName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= 63
        && char.IsAsciiLetterOrDigit(name[0])
        && char.IsAsciiLetterOrDigit(name[^1])
        && !name.ContainsAnyExcept(NameCharacters);

    private static bool IsSubdomain(ReadOnlySpan<char> prefix)
    {
        if (prefix.Length is 0 or > 253)
            return false;
        foreach (var label in prefix.Split('.'))
            if (!IsName(prefix[label]) || prefix[label].ContainsAny('_', '.') || prefix[label].ContainsAnyInRange('A', 'Z'))
                return false;
        return true;
    }

    private string Word()
    {
        SkipSpace();
        var rest = text.AsSpan(position);
        var length = rest.IndexOfAny(Symbols);
        var word = length < 0 ? rest : rest[..length];
        position += word.Length;
        return word.ToString();
    }

    private bool Accept(string symbol)
    {
        SkipSpace();
        if (!text.AsSpan(position).StartsWith(symbol, StringComparison.Ordinal))
            return false;
        position += symbol.Length;
        return true;
    }

    private bool AtEnd()
    {
        SkipSpace();
        return position == text.Length;
    }

    private void SkipSpace()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
            position++;
    }

    private readonly FormatException Expected(string what) =>
        Wrong(position, position < text.Length ? $"expected {what}, found '{text[position]}'" : $"expected {what}, found the end");

    private readonly FormatException Wrong(int at, string what) => new($"label selector '{text}', character {at + 1}: {what}");
}
