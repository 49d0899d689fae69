using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Control.Reading;
using Holdfast.Manifests;

namespace Holdfast.Control.Policies;

/// <summary>The rules of a policy beyond its JSON.</summary>
internal static class PolicyReader
{
    private const int LongestReason = 500;

    public static ProtectionPolicy? Read(DocumentSection root, string? schema)
    {
        var name = Name(root);
        var clusters = root.RequiredInner("clusters", "a policy without clusters protects nothing", "{ \"selector\": \"env=prod\" }")
            is { } c
            ? Clusters(c)
            : null;
        var schedule = root.RequiredInner("schedule", "it says when to capture", "{ \"cron\": \"0 */6 * * *\" }") is { } s
            ? ScheduleReader.Read(s)
            : null;
        var selection = root.Inner("selection") is { } scope ? SelectionRules.Read(scope) : new CaptureScope();
        var volumes = Volumes(root);
        var copies = VolumeCopyReader.Read(root);
        var images = root.Flag("volumeImages");
        var hooks = HookReader.Read(root);
        var files = root.Inner("files") is { } exported ? FileExportReader.Read(exported) : null;
        var retention = root.Inner("retention") is { } kept ? RetentionReader.Read(kept) : null;
        var immutability = root.Inner("immutability") is { } immutable ? Immutability(immutable) : null;
        var encryption = Encryption(root);
        var suspicious = root.Inner("suspiciousChange") is { } changes ? ChangeThresholdsReader.Read(changes) : null;
        var concurrency = root.Inner("concurrency") is { } limits ? Concurrency(limits) : new ConcurrencyLimits();
        var absent = SelectionRules.Groups(root, "expectedAbsentGroups");
        var paused = root.Inner("paused") is { } pause ? Paused(pause) : null;
        if (clusters is null || schedule is null)
            return null;
        var policy = new ProtectionPolicy
        {
            Schema = schema,
            Name = name,
            Clusters = clusters,
            Schedule = schedule,
            Selection = selection,
            Volumes = volumes,
            VolumeCopies = copies,
            VolumeImages = images,
            Hooks = hooks,
            Files = files,
            Retention = retention,
            Immutability = immutability,
            Encryption = encryption,
            SuspiciousChange = suspicious,
            Concurrency = concurrency,
            Paused = paused,
        };
        return root.Has("expectedAbsentGroups") ? policy with { ExpectedAbsentGroups = absent } : policy;
    }

    private static PolicyName Name(DocumentSection root)
    {
        var text = root.RequiredText("name", "runs and points refer to the policy by it", "nightly");
        if (!PolicyName.TryParse(text, out var name) && text is not null)
            root.Problem(
                "name",
                $"'{Quoted.Short(text)}' can't name a policy",
                "it is a file's name and part of URLs",
                "Use 1-63 of a-z, 0-9 and '-', starting and ending with a letter or digit"
            );
        return name;
    }

    private static PolicyClusters Clusters(DocumentSection section)
    {
        var names = section.Texts("names", "prod-west");
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Length > 0 && !ClusterName.TryParse(names[i], out _))
                section.ItemProblem(
                    "names",
                    i,
                    $"'{Quoted.Short(names[i])}' can't name a cluster",
                    "no cluster can be registered under it",
                    "Use the name of a registered cluster: 1-63 of a-z, 0-9 and '-'"
                );
        }
        var selector = SelectionRules.Selector(section, "selector", "env=prod");
        section.RefuseUnknown();
        // A policy that chooses by labels is written with an empty list of names.
        var byNames = section.Has("names") && !(names.IsEmpty && section.Has("selector"));
        if (byNames == section.Has("selector"))
            section.Problem(
                null,
                byNames ? "has both names and selector" : "has neither names nor selector",
                "clusters are chosen in one way",
                "Write { \"names\": [\"prod-west\"] } or { \"selector\": \"env=prod\" }"
            );
        else if (byNames && names.Length == 0)
            section.Problem(
                "names",
                "is empty",
                "a policy without clusters protects nothing",
                "Name a cluster, or pause the policy instead"
            );
        return new() { Names = section.Has("names") ? names : null, Selector = selector };
    }

    private static VolumeHandling Volumes(DocumentSection root)
    {
        if (root.Text("volumes", "snapshot") is not { } text)
            return default;
        if (VolumeHandlings.TryParse(text, out var handling))
            return handling;
        root.Problem(
            "volumes",
            $"'{Quoted.Short(text)}' is unknown",
            "it decides whether the data of volumes is protected",
            $"Write {VolumeHandlings.Names}"
        );
        return default;
    }

    private static ImmutabilityRule? Immutability(DocumentSection section)
    {
        if (!section.Has("days"))
            section.Problem(
                "days",
                "is missing",
                "it says how long storage refuses to delete a point",
                "Add \"days\": 14, or leave immutability out"
            );
        var days = section.Whole("days", 1, 3650, "Days");
        var mode = Mode(section);
        section.RefuseUnknown();
        return days is null ? null : new(days.Value, mode);
    }

    private static ImmutabilityMode Mode(DocumentSection section)
    {
        if (section.Text("mode", "unlocked") is not { } text)
            return default;
        if (ImmutabilityModes.TryParse(text, out var mode))
            return mode;
        section.Problem(
            "mode",
            $"'{Quoted.Short(text)}' is unknown",
            "it decides whether the time can be taken back",
            $"Write {ImmutabilityModes.Names}"
        );
        return default;
    }

    private static EncryptionScope? Encryption(DocumentSection root)
    {
        if (root.Text("encryption", "everything") is not { } text)
            return null;
        if (EncryptionScopes.TryParse(text, out var scope))
            return scope;
        root.Problem(
            "encryption",
            $"'{Quoted.Short(text)}' is unknown",
            "it decides what can be read without the vault's key",
            $"Write {EncryptionScopes.Names}"
        );
        return null;
    }

    private static ConcurrencyLimits Concurrency(DocumentSection section)
    {
        var defaults = new ConcurrencyLimits();
        var limits = new ConcurrencyLimits(
            section.Whole("clusters", 1, 100, "Clusters at once") ?? defaults.Clusters,
            section.Whole("units", 1, 16, "Units at once") ?? defaults.Units
        );
        section.RefuseUnknown();
        return limits;
    }

    private static PauseNotice? Paused(DocumentSection section)
    {
        const string Example = "the cluster is being rebuilt until Monday";
        var reason = section.RequiredText("reason", "it explains why nothing runs", Example);
        if (reason?.Length > LongestReason)
            section.Problem("reason", $"has {reason.Length} characters", $"at most {LongestReason} are shown", "Shorten it");
        section.RefuseUnknown();
        return reason is null ? null : new(reason);
    }
}
