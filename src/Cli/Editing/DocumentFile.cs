using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Errors;
using Holdfast.Manifests;

namespace Holdfast.Cli.Editing;

/// <summary>Documents that a person wrote, YAML or JSON, several with <c>---</c> between them; <c>-</c> is the standard input.</summary>
internal static partial class DocumentFile
{
    /// <summary>In bytes.</summary>
    private const int Longest = 4 << 20;

    /// <exception cref="UsageException">One can't be read or isn't valid: all that is wrong with each of them.</exception>
    public static async Task<ImmutableArray<T>> ReadAsync<T>(EditedKind<T> kind, string file, CancellationToken cancellation)
        where T : class
    {
        var text =
            file == "-" ? await StandardInput.ReadTextAsync(Longest, cancellation) : PersonsFile.ReadText("--filename", file, Longest);
        var parts = Separator().Split(text).Where(part => !string.IsNullOrWhiteSpace(part)).ToArray();
        var (documents, problems) = (ImmutableArray.CreateBuilder<T>(), ImmutableArray.CreateBuilder<string>());
        for (var i = 0; i < parts.Length; i++)
        {
            var where = parts.Length == 1 ? file : $"{file}, document {i + 1}";
            try
            {
                var reading = kind.Read(Encoding.UTF8.GetBytes(ToJson(parts[i])));
                problems.AddRange(reading.Problems.Select(problem => $"{where}: {problem}"));
                if (reading.Document is { } document)
                    documents.Add(document);
            }
            catch (JsonException e)
            {
                problems.Add($"{where}: {e.Message}");
            }
        }
        if (parts.Length == 0)
            problems.Add($"{file} holds no document");
        problems.AddRange(Twice(kind, documents).Select(name => $"{file}: the {kind.Noun} '{name}' is there twice"));
        return problems.Count == 0 ? documents.ToImmutable() : throw new UsageException(problems.ToImmutable());
    }

    private static IEnumerable<string> Twice<T>(EditedKind<T> kind, IEnumerable<T> documents)
        where T : class => documents.GroupBy(kind.NameOf).Where(group => group.Count() > 1).Select(group => group.Key);

    /// <summary>JSON stays as it is, so that its reader sees what is there twice.</summary>
    private static string ToJson(string text) =>
        text.TrimStart().StartsWith('{') && IsJson(text) ? text : YamlJson.Read(text)?.ToJsonString() ?? "null";

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^---[ \t]*\r?$", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Separator();
}
