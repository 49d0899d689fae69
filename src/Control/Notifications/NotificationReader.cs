using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Policies;
using Holdfast.Control.Reading;
using Holdfast.Manifests;

namespace Holdfast.Control.Notifications;

/// <summary>The rules of a notification's document beyond its JSON.</summary>
internal static class NotificationReader
{
    private const int LongestInterval = 7 * 24 * 60;

    public static NotificationTarget? Read(DocumentSection root, string? schema)
    {
        var name = Name(root);
        var webhook = root.Inner("webhook") is { } posted ? WebhookReader.Read(posted) : null;
        var mail = root.Inner("mail") is { } mailed ? MailReader.Read(mailed) : null;
        if (root.Has("webhook") == root.Has("mail"))
            root.Problem(
                null,
                root.Has("mail") ? "has both webhook and mail" : "has neither webhook nor mail",
                "a document says one way to reach people",
                "Write { \"webhook\": { ... } } or { \"mail\": { ... } }; two ways are two documents"
            );
        var target = new NotificationTarget
        {
            Schema = schema,
            Name = name ?? "",
            Webhook = webhook,
            Mail = mail,
            Events = Events(root),
            Policies = Names(root, "policies", "nightly"),
            Clusters = Names(root, "clusters", "prod-west"),
            PointAge = Duration(root, "pointAge", "26h"),
            ReplicaLag = Duration(root, "replicaLag", "6h"),
            Digest = root.Inner("digest") is { } digest ? Digest(digest) : null,
            ReportsAt = ReportsAt(root),
        };
        return root.Whole("minimumMinutes", 0, LongestInterval, "Minutes") is { } minutes
            ? target with
            {
                MinimumMinutes = minutes,
            }
            : target;
    }

    private static string? Name(DocumentSection root)
    {
        var text = root.RequiredText("name", "it is the document's file name", "on-call");
        if (text is null || ClusterName.TryParse(text, out _))
            return text;
        root.Problem(
            "name",
            $"'{Quoted.Short(text)}' can't name a notification",
            "it is a file's name and part of URLs",
            "Use 1-63 of a-z, 0-9 and '-', starting and ending with a letter or digit"
        );
        return null;
    }

    private static ImmutableArray<string>? Events(DocumentSection root)
    {
        var events = root.Texts("events", NoticeType.RunFailed);
        for (var i = 0; i < events.Length; i++)
        {
            if (events[i].Length > 0 && !NoticeType.Chosen.Contains(events[i]))
                root.ItemProblem(
                    "events",
                    i,
                    $"'{Quoted.Short(events[i])}' is unknown",
                    "only known events can be sent",
                    $"Write one of {string.Join(", ", NoticeType.Chosen)}{NearMatches.Among(events[i], NoticeType.Chosen)}"
                );
        }
        if (root.Has("events") && events.IsEmpty && !root.Has("digest"))
            root.Problem(
                "events",
                "is empty, and there is no digest",
                "nothing would ever be sent",
                "Name an event, or leave events out to be sent all of them"
            );
        return root.Has("events") ? events : null;
    }

    /// <summary>Names of policies and of clusters follow the same rules.</summary>
    private static ImmutableArray<string>? Names(DocumentSection root, string member, string example)
    {
        var names = root.Texts(member, example);
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Length > 0 && !ClusterName.TryParse(names[i], out _))
                root.ItemProblem(
                    member,
                    i,
                    $"'{Quoted.Short(names[i])}' can't be one of the {member}",
                    "nothing has that name",
                    "Use 1-63 of a-z, 0-9 and '-'"
                );
        }
        if (root.Has(member) && names.IsEmpty)
            root.Problem(member, "is empty", "nothing would ever be sent", $"Name one, or leave {member} out to be sent what concerns any");
        return root.Has(member) ? names : null;
    }

    private static KeptDuration? Duration(DocumentSection root, string member, string example)
    {
        if (root.Text(member, example) is not { } text)
            return null;
        if (KeptDuration.TryParse(text, out var duration))
            return duration;
        root.Problem(
            member,
            $"'{Quoted.Short(text)}' isn't a duration",
            "what is older or further behind is reported",
            $"Write a whole number and h, d or w, such as \"{example}\""
        );
        return null;
    }

    private static DigestTime? Digest(DocumentSection section)
    {
        if (!section.Has("hour"))
            section.Problem("hour", "is missing", "it says when the digest is sent", "Add \"hour\": 7, or leave digest out");
        var hour = section.Whole("hour", 0, 23, "Hours");
        var zone = section.Text("timeZone", "Europe/Berlin");
        if (zone is not null && TimeZones.Fault(zone) is { } fault)
            section.Problem(
                "timeZone",
                $"'{Quoted.Short(zone)}' isn't a time zone that is known here",
                fault,
                "Write one such as Europe/Berlin"
            );
        section.RefuseUnknown();
        return hour is not { } at ? null
            : zone is null ? new(at)
            : new(at, zone);
    }

    private static Uri? ReportsAt(DocumentSection root)
    {
        const string Example = "https://holdfast.acme.com/api";
        return root.Text("reportsAt", Example) is { } text
            ? TargetUrls.Read(root, "reportsAt", text, Example, "links to reports lead there")
            : null;
    }
}
