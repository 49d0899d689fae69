using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Notifications;

namespace Holdfast.Cli.Verbs;

internal sealed class NotificationsAddVerb : Verb
{
    private const string Place = "a Key Vault secret (https://ACME.vault.azure.net/secrets/NAME), or a file on the service's machine";

    private readonly Argument<string> name = new("NAME") { Description = "The notification's name" };
    private readonly ControlOption control = new();
    private readonly Option<string?> webhook = new("--webhook")
    {
        HelpName = "FORMAT",
        Description = "Post messages: json, slack or teams",
    };
    private readonly Option<string?> url = new("--url") { HelpName = "URL", Description = "Where to, with --webhook json" };
    private readonly Option<string?> secretUrl = new("--secret-url")
    {
        HelpName = "PLACE",
        Description = $"Where that URL is kept: {Place}",
    };
    private readonly Option<string?> signing = new("--signing-secret")
    {
        HelpName = "PLACE",
        Description = "Where the key is kept that signs messages; with --webhook json",
    };
    private readonly Option<string[]> mail = new("--mail-to") { HelpName = "ADDRESS", Description = "Send mail to these addresses" };
    private readonly Option<string?> from = new("--mail-from") { HelpName = "ADDRESS", Description = "From this one" };
    private readonly Option<string?> server = new("--mail-server")
    {
        HelpName = "HOST[:PORT]",
        Description = "By this server, with STARTTLS. Default port: 587; 465 is TLS from the start",
    };
    private readonly Option<string?> user = new("--mail-user") { HelpName = "USER", Description = "Signed in as this user" };
    private readonly Option<string?> password = new("--mail-password") { HelpName = "PLACE", Description = "Where the password is kept" };
    private readonly Option<string[]> events = new("--events")
    {
        HelpName = "EVENT",
        Description = $"What to send: {string.Join(", ", NoticeType.Chosen)}. Default: all",
    };
    private readonly Option<string[]> policies = new("--policies") { HelpName = "NAME", Description = "Only what concerns these policies" };
    private readonly Option<string[]> clusters = new("--clusters") { HelpName = "NAME", Description = "Only what concerns these clusters" };
    private readonly Option<string?> digest = new("--digest")
    {
        HelpName = "HOUR",
        Description = "Also a digest each day after this hour, 0-23",
    };
    private readonly Option<string?> timeZone = new("--time-zone")
    {
        HelpName = "ZONE",
        Description = "Of the digest: Europe/Berlin. Default: Etc/UTC",
    };
    private readonly Option<bool> replace = new("--replace") { Description = "Change the notification of this name" };
    private readonly Option<bool> print = new("--print")
    {
        Description = "Only print the notification, to edit it and `notifications apply -f` it",
    };

    public NotificationsAddVerb()
        : base("add", "Have a service notify a webhook or a mailbox", "text", "json")
    {
        Add(name);
        AddAll([control.Control, webhook, url, secretUrl, signing, mail, from, server, user, password]);
        AddAll([events, policies, clusters, digest, timeZone, replace, print]);
    }

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [
            new(
                "holdfast notifications add on-call --webhook slack --secret-url https://acme.vault.azure.net/secrets/slack --digest 7",
                "A Slack channel, and a digest each morning"
            ),
            new(
                "holdfast notifications add team --mail-to team@acme.com --mail-from holdfast@acme.com --mail-server smtp.acme.com",
                "Mail by a server that asks for no password"
            ),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var json = Document(invocation);
        var reading = NotificationTarget.Read(Encoding.UTF8.GetBytes(json.ToJsonString()));
        var target = reading.Document ?? throw new UsageException([.. reading.Problems.Select(problem => problem.ToString())]);
        if (invocation.Get(print))
        {
            KeptText.Print(invocation.Json, invocation.Screen, Encoding.UTF8.GetBytes(json.ToString()));
            return ExitCode.Done;
        }
        var edit = new ControlEdit<NotificationTarget>(EditedKinds.Notifications, control.Open(invocation).Store, invocation);
        var before = await edit.FindAsync(target.Name);
        if (!invocation.Get(replace) && edit.Compare(target, before) == EditResult.Replaced)
            throw new UsageException(
                $"there is another notification '{target.Name}': `holdfast notifications show {target.Name}` shows it, --replace changes it"
            );
        Print(invocation, target.Name, await edit.PutAsync(target, before));
        return ExitCode.Done;
    }

    private static void Print(Invocation invocation, string name, EditResult result)
    {
        var word = result.ToString().ToLowerInvariant();
        if (invocation.Json)
            invocation.Screen.Json(new(name, word, []), OutputJson.Plain.EditDocument);
        else
            invocation.Screen.Line($"notification {name} {word}; `holdfast notifications test {name}` tries it");
    }

    /// <summary>An option that means nothing without another is refused, not left out.</summary>
    private void Check(Invocation invocation)
    {
        (Option Needed, Option[] Options)[] needs =
        [
            (webhook, [url, secretUrl, signing]),
            (mail, [from, server, user, password]),
            (digest, [timeZone]),
        ];
        var lost = needs
            .Where(need => !invocation.IsGiven(need.Needed))
            .SelectMany(need => need.Options.Where(invocation.IsGiven).Select(option => $"{option.Name} needs {need.Needed.Name}"))
            .ToArray();
        if (lost.Length > 0)
            throw new UsageException([.. lost]);
    }

    private JsonObject Document(Invocation invocation)
    {
        Check(invocation);
        var target = new JsonObject { ["version"] = NotificationTarget.CurrentVersion, ["name"] = invocation.Get(name) };
        if (invocation.Get(webhook) is { } format)
            target["webhook"] = With(
                ("format", format),
                ("url", invocation.Get(url)),
                ("secretUrl", Secret(invocation.Get(secretUrl))),
                ("signingSecret", Secret(invocation.Get(signing)))
            );
        if (invocation.List(mail) is { Length: > 0 } to)
            target["mail"] = Mail(invocation, to);
        foreach (var (member, option) in new[] { (nameof(events), events), (nameof(policies), policies), (nameof(clusters), clusters) })
        {
            if (invocation.List(option) is { Length: > 0 } chosen)
                target[member] = new JsonArray([.. chosen.Select(one => (JsonNode)one)]);
        }
        if (invocation.Get(digest) is { } hour)
            target["digest"] = With(("hour", Number("--digest", hour)), ("timeZone", invocation.Get(timeZone)));
        return target;
    }

    private JsonObject Mail(Invocation invocation, string[] to)
    {
        var named = (invocation.Get(server) ?? "").Split(':');
        if (named.Length > 2)
            throw new UsageException($"--mail-server: '{invocation.Get(server)}' isn't HOST or HOST:PORT");
        var port = named.Length > 1 ? Number("--mail-server", named[1]) : (int?)null;
        var document = With(
            ("host", named[0]),
            ("port", port),
            ("from", invocation.Get(from)),
            ("to", new JsonArray([.. to.Select(one => (JsonNode)one)])),
            ("user", invocation.Get(user)),
            ("password", Secret(invocation.Get(password)))
        );
        if (port == 465)
            document["tls"] = true;
        return document;
    }

    private static JsonObject? Secret(string? place)
    {
        const string Middle = "/secrets/";
        if (place is null)
            return null;
        if (!place.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return new() { ["file"] = new JsonObject { ["path"] = place } };
        var parts = place.Split(Middle);
        return parts.Length == 2
            ? new()
            {
                ["keyVault"] = new JsonObject { ["vault"] = parts[0], ["secret"] = parts[1] },
            }
            : throw new UsageException($"'{place}' names no secret: it is {Place}");
    }

    private static int Number(string option, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new UsageException($"{option}: '{text}' isn't a number");

    private static JsonObject With(params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var all = new JsonObject();
        foreach (var (name, value) in members)
        {
            if (value is not null)
                all[name] = value;
        }
        return all;
    }
}
