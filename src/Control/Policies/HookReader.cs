using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Reading;
using Holdfast.Manifests;

namespace Holdfast.Control.Policies;

/// <summary>Reads the hooks of a policy.</summary>
internal static class HookReader
{
    private const string Example = """{ "name": "freeze", "pre": [{ "command": ["sync"] }] }""";

    /// <summary>Null: the policy says nothing about hooks.</summary>
    public static ImmutableArray<PolicyHook>? Read(DocumentSection root)
    {
        var sections = root.Sections("hooks", Example);
        if (!root.Has("hooks"))
            return null;
        var hooks = ImmutableArray.CreateBuilder<PolicyHook>();
        foreach (var section in sections)
        {
            var hook = Hook(section);
            if (hook.Name.Length > 0 && hooks.Any(h => h.Name == hook.Name))
                section.Problem(
                    "name",
                    $"'{Quoted.Short(hook.Name)}' is the name of an earlier hook",
                    "reports name hooks by it",
                    "Give each its own"
                );
            hooks.Add(hook);
        }
        return hooks.ToImmutable();
    }

    private static PolicyHook Hook(DocumentSection section)
    {
        var name = section.RequiredText("name", "reports name the hook by it", "freeze");
        CheckLabel(section, "name", name, "can't name a hook");
        var hook = new PolicyHook(name ?? "")
        {
            Namespaces = SelectionRules.Namespaces(section),
            LabelSelector = SelectionRules.Selector(section, "labelSelector", "app=db"),
            Pre = Commands(section, "pre"),
            Post = Commands(section, "post"),
        };
        if (!section.Has("pre") && !section.Has("post"))
            section.Problem(null, "has neither pre nor post", "a hook without commands does nothing", $"Write {Example}");
        section.RefuseUnknown();
        return hook;
    }

    private static ImmutableArray<HookCommand> Commands(DocumentSection section, string member) =>
        [.. section.Sections(member, """{ "command": ["sync"] }""").Select(Command)];

    private static HookCommand Command(DocumentSection section)
    {
        var words = section.Texts("command", "fsfreeze", mayRepeat: true);
        if (words.IsEmpty)
            section.Problem(
                "command",
                section.Has("command") ? "names no program" : "is missing",
                "it is what runs",
                """Write the program and its arguments: "command": ["fsfreeze", "--freeze", "/data"]"""
            );
        var container = section.Text("container", "postgres");
        CheckLabel(section, "container", container, "can't name a container");
        var command = new HookCommand(words)
        {
            Container = container,
            TimeoutSeconds = section.Whole("timeoutSeconds", 1, HookCommand.LongestTimeout, "Seconds") ?? HookCommand.DefaultTimeout,
            OnError = OnError(section),
        };
        section.RefuseUnknown();
        return command;
    }

    private static OnHookError OnError(DocumentSection section)
    {
        var text = section.Text("onError", nameof(OnHookError.Fail));
        if (text is null or nameof(OnHookError.Fail))
            return OnHookError.Fail;
        if (text != nameof(OnHookError.Continue))
            section.Problem(
                "onError",
                $"'{Quoted.Short(text)}' is unknown",
                "it says whether a snapshot is cut when the command fails",
                "Write \"Fail\" or \"Continue\""
            );
        return OnHookError.Continue;
    }

    private static void CheckLabel(DocumentSection section, string member, string? text, string what)
    {
        if (text is not null && !ClusterName.TryParse(text, out _))
            section.Problem(
                member,
                $"'{Quoted.Short(text)}' {what}",
                "such names are 1-63 of a-z, 0-9 and '-', starting and ending with a letter or digit",
                "Write one that is"
            );
    }
}
