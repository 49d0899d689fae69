using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Machine.Terminals;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// Something that people may want to know, in plain sentences: <c>notices/ID.json</c> of the control store until it is clear who is
/// notified. Holds no secret and no content of objects.
/// </summary>
/// <param name="Id">The same whenever the same thing is noticed again; letters, digits and '-'.</param>
/// <param name="Type">Of <see cref="Control.Notifications.NoticeType"/>.</param>
/// <param name="Title">What happened, in one line.</param>
public sealed record Notice(string Id, string Type, DateTimeOffset At, string Title)
{
    internal const int LongestTitle = 200;
    internal const int LongestLine = 400;
    internal const int MostLines = 24;

    public int Version => 1;
    public RunId? Run { get; init; }
    public string? State { get; init; }
    public string? Policy { get; init; }

    /// <summary>All that it concerns; messages name the first of them.</summary>
    public ImmutableArray<ClusterName> Clusters
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What failed first, and more that helps.</summary>
    public ImmutableArray<string> Lines
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What to do.</summary>
    public string? Next { get; init; }

    /// <summary>Of notices with the same one a target is sent one in a while.</summary>
    internal string Key => $"{Type} {Policy} {(Clusters is [var one] ? one.ToString() : "")}".TrimEnd();

    /// <summary>Notes it once: written again, it stays as it was.</summary>
    internal Task NoteAsync(IDocumentStore control, CancellationToken cancellation) =>
        control.CreateAsync(
            ControlPaths.Notice(Id),
            JsonSerializer.SerializeToUtf8Bytes(Bounded(), HoldfastJson.Default.Notice),
            cancellation
        );

    private Notice Bounded() =>
        this with
        {
            Title = RunResult.Cut(Plain(Title), LongestTitle)!,
            Lines = [.. Lines.Take(MostLines).Select(line => RunResult.Cut(Plain(line), LongestLine)!)],
            Next = Next is null ? null : RunResult.Cut(Plain(Next), LongestLine),
        };

    /// <summary>Names and messages come from clusters: what is no text for a line isn't passed on.</summary>
    private static string Plain(string text) => Printable.Of(text);
}
