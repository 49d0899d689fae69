using System.Collections.Concurrent;

namespace Holdfast.Control;

/// <param name="Problem">What is wrong with it and what to do; holds no secret.</param>
public sealed record UnusableDocument(string Path, string Problem);

/// <summary>
/// The documents of a store that this process last found unusable, each once: they are skipped where they stand beside others, and listed
/// here until they are read well, replaced or deleted. Thread-safe.
/// </summary>
public sealed class UnusableDocuments
{
    /// <summary>More than these are counted as these: whoever can't read so many has another problem than each of them.</summary>
    private const int Most = 1000;

    private readonly ConcurrentDictionary<string, string> problems = new(StringComparer.Ordinal);

    /// <summary>Called once for each document and problem, on the thread that found it.</summary>
    public Action<UnusableDocument>? Found { get; set; }

    public int Count => problems.Count;

    /// <summary>In the order of their paths.</summary>
    public IReadOnlyList<UnusableDocument> All =>
        [.. problems.Select(one => new UnusableDocument(one.Key, one.Value)).OrderBy(one => one.Path, StringComparer.Ordinal)];

    public void Add(string path, string problem)
    {
        if (problems.TryGetValue(path, out var known) ? known == problem : problems.Count >= Most)
            return;
        problems[path] = problem;
        Found?.Invoke(new(path, problem));
    }

    /// <summary>The document is as it should be, or gone.</summary>
    public void Remove(string path) => problems.TryRemove(path, out _);
}
