using System.Collections.Immutable;
using System.Text;
using Holdfast.Control.Notifications;
using Holdfast.Machine.Terminals;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>What a message says, the same in every format. Pure.</summary>
internal sealed record MessageText(string Title, ImmutableArray<string> Lines, Uri? Link)
{
    /// <summary>Clusters that are named.</summary>
    public const int Clusters = 20;

    public static MessageText Of(QueuedMessage message, NotificationTarget target)
    {
        var notice = message.Notice;
        var lines = ImmutableArray.CreateBuilder<string>();
        lines.AddRange(Facts(notice));
        lines.AddRange(notice.Lines);
        if (notice.Next is { } next)
            lines.Add($"Next: {next}");
        if (message.Withheld > 0)
            lines.Add($"{message.Withheld} more of the same since the last message were not sent");
        return new(notice.Title, lines.ToImmutable(), LinkOf(notice, target));
    }

    public static Uri? LinkOf(Notice notice, NotificationTarget target) =>
        notice.Run is { } run && target.ReportsAt is { } api ? new($"{api.AbsoluteUri.TrimEnd('/')}/runs/{run}/report") : null;

    /// <summary>As one text, a line each, no longer than that many characters.</summary>
    public string Whole(int longest)
    {
        var text = new StringBuilder(Title);
        foreach (var line in Lines)
            text.Append('\n').Append(line);
        var link = Link is null ? "" : $"\n{Link}";
        return CutText.To(longest - link.Length, text.ToString()) + link;
    }

    private static IEnumerable<string> Facts(Notice notice)
    {
        if (notice.Run is { } run)
            yield return $"Run {run}{(notice.State is null ? "" : $": {notice.State}")}";
        if (notice.Clusters.Length > 1)
            yield return $"Clusters: {string.Join(", ", notice.Clusters.Take(Clusters))}{More(notice)}";
        yield return $"At {notice.At:u}";
    }

    private static string More(Notice notice) => notice.Clusters.Length > Clusters ? $" and {notice.Clusters.Length - Clusters} more" : "";
}
