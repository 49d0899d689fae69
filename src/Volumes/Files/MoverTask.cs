using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Control.Policies;

namespace Holdfast.Volumes.Files;

/// <summary>One command of a mover in a Job of its own, with its credentials in a Secret of the same name. Pure.</summary>
/// <param name="Name">Of both.</param>
/// <param name="Command">For <c>/bin/sh -c</c>; its own words only.</param>
/// <param name="Labels">Of both, and of the Job's Pods.</param>
public sealed record MoverTask(string Name, string Command, FileExport Export, JsonObject Labels)
{
    private const string Temporary = "/tmp";

    /// <summary>The Pods of a Job that fails.</summary>
    private const int Retries = 2;

    private const string Result = "/dev/termination-log";

    /// <summary>The claim whose volume the command works on; null: none.</summary>
    public string? Claim { get; init; }

    public bool IsReadOnly { get; init; }

    /// <summary>How long Kubernetes keeps the Job after its end, should no one come back. Default a day.</summary>
    public TimeSpan Kept { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Of the command, none of them secret.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public JsonObject Secret(IReadOnlyDictionary<string, string> variables) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = Metadata(),
            ["type"] = "Opaque",
            ["data"] = new JsonObject([
                .. variables.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)Convert.ToBase64String(Encoding.UTF8.GetBytes(v.Value)))),
            ]),
        };

    /// <summary>
    /// It runs as root without privileges, so that it reads every file and gives each its owner back; namespaces with the Pod security
    /// standard "baseline" take it.
    /// </summary>
    public JsonObject Job() =>
        new()
        {
            ["apiVersion"] = MoverTypes.Jobs.ApiVersion,
            ["kind"] = MoverTypes.Jobs.Kind,
            ["metadata"] = Metadata(),
            ["spec"] = new JsonObject
            {
                ["backoffLimit"] = Retries,
                ["activeDeadlineSeconds"] = (int)TimeSpan.FromHours(Export.Hours).TotalSeconds,
                ["ttlSecondsAfterFinished"] = (int)Kept.TotalSeconds,
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = Labels.DeepClone() },
                    ["spec"] = Pod(),
                },
            },
        };

    private JsonObject Metadata() => new() { ["name"] = Name, ["labels"] = Labels.DeepClone() };

    private JsonObject Pod()
    {
        var pod = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["nodeSelector"] = new JsonObject { ["kubernetes.io/os"] = "linux" },
            ["securityContext"] = new JsonObject
            {
                ["runAsUser"] = 0,
                ["runAsGroup"] = 0,
                ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
            },
            ["containers"] = new JsonArray(Container()),
            ["volumes"] = new JsonArray(new JsonObject { ["name"] = "temporary", ["emptyDir"] = new JsonObject() }),
        };
        if (Export.ServiceAccount is { } account)
            pod["serviceAccountName"] = account;
        if (Claim is not null)
            pod["volumes"]!
                .AsArray()
                .Add(
                    (JsonNode)
                        new JsonObject
                        {
                            ["name"] = Restic.Volume,
                            ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = Claim },
                        }
                );
        return pod;
    }

    private JsonObject Container()
    {
        var resources = new JsonObject { ["cpu"] = Export.Cpu, ["memory"] = Export.Memory };
        return new()
        {
            ["name"] = "mover",
            ["image"] = Export.Image,
            ["command"] = new JsonArray("/bin/sh", "-c", Command),
            ["workingDir"] = Restic.Folder,
            ["terminationMessagePath"] = Result,
            ["env"] = new JsonArray([.. Environment().Select(v => (JsonNode)new JsonObject { ["name"] = v.Key, ["value"] = v.Value })]),
            ["envFrom"] = new JsonArray(new JsonObject { ["secretRef"] = new JsonObject { ["name"] = Name } }),
            ["resources"] = new JsonObject { ["requests"] = resources, ["limits"] = resources.DeepClone() },
            ["securityContext"] = new JsonObject
            {
                ["allowPrivilegeEscalation"] = false,
                ["readOnlyRootFilesystem"] = true,
                ["capabilities"] = new JsonObject
                {
                    ["drop"] = new JsonArray("ALL"),
                    ["add"] = new JsonArray("CHOWN", "DAC_OVERRIDE", "FOWNER"),
                },
            },
            ["volumeMounts"] = Mounts(),
        };
    }

    private JsonArray Mounts()
    {
        var mounts = new JsonArray(new JsonObject { ["name"] = "temporary", ["mountPath"] = Temporary });
        if (Claim is not null)
            mounts.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["name"] = Restic.Volume,
                        ["mountPath"] = $"{Restic.Folder}/{Restic.Volume}",
                        ["readOnly"] = IsReadOnly,
                    }
            );
        return mounts;
    }

    /// <summary>Where the command may write, and what doesn't differ between commands.</summary>
    private IEnumerable<KeyValuePair<string, string>> Environment() =>
        [
            .. Variables,
            new("MOVER_RESULT", Result),
            new("TMPDIR", Temporary),
            new("RESTIC_CACHE_DIR", $"{Temporary}/cache"),
            new("RESTIC_PROGRESS_FPS", "0.1"),
            new("TZ", "UTC"),
        ];
}
