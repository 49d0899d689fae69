using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Capture.Running;
using Holdfast.Control;
using Holdfast.Control.Auditing;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Functions.Scheduling;
using Holdfast.Functions.Standby;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
using Holdfast.Restore;
using Holdfast.Restore.Outcomes;
using Holdfast.Vault.Catalogue;
using Holdfast.Volumes.Hooks;

namespace Holdfast.Fuzzing.Tests.Targets;

/// <summary>Documents of the control container, which a person or a taken-over service may have written.</summary>
internal static class ControlTargets
{
    private const string Released = $"{Seeds.Release}/control";

    public static ImmutableArray<FuzzTarget> All { get; } =
    [
        Document(
            "registration",
            input => ClusterRegistration.Read(input),
            Seeds.Page("control-documents.md", "json", "\"authentication\""),
            "Control/Registration/ClusterRegistration.cs"
        ),
        Document(
            "policy",
            input => ProtectionPolicy.Read(input),
            Seeds.Page("control-documents.md", "json", "\"schedule\""),
            "Control/Policies/ProtectionPolicy.cs"
        ),
        Document(
            "requested-hooks",
            input => RequestedHooks.Read(input),
            Seeds.Of("""{"version":1,"hooks":[{"name":"a","command":["true"]}]}"""),
            "Control/Policies/RequestedHooks.cs"
        ),
        Kept("order", "orders/run.json", HoldfastJson.Default.StoredOrder, Seeds.Files($"{Released}/orders", "*.json")),
        Kept("report", "runs/run.json", HoldfastJson.Default.RunReport, Seeds.Files($"{Released}/runs", "2*.json")),
        Kept("schedule", "schedules/hourly.json", ScheduleJson.Default.PolicyRuns, Seeds.Files($"{Released}/schedules", "*.json")),
        Kept("audit", "audit/a.json", AuditJson.Readable.AuditRecord, Seeds.Files($"{Released}/audit", "*.json")),
        Kept("ledger", "runs/a/leg-1.json", CaptureJson.Default.CapturePass, Seeds.Files($"{Released}/runs", "leg-1.json")),
        Kept(
            "standby",
            "standby.json",
            StandbyJson.Default.StandbyState,
            Seeds.Of("""{"number":1,"clusters":["prod"],"at":"2026-12-01T00:00:00Z","by":"a","reason":"b","isDone":true}""")
        ),
        new(
            "outcomes",
            ReadOutcomes,
            [.. Seeds.Files($"{Released}/runs", "000001.ndjson"), .. Seeds.Of("{\"step\":1,\"kind\":\"Created\"}\n")],
            typeof(ControlException)
        )
        {
            Files = ["Restore/Outcomes/OutcomeDocuments.cs"],
        },
        new(
            "safety-point",
            input => SafetyPoint.Read(input, "safety-point.json"),
            Seeds.Of("""{"cluster":"prod","point":"20261129T213832Z-db08e6"}"""),
            typeof(RestoreException)
        )
        {
            Files = ["Restore/Outcomes/SafetyPoint.cs"],
        },
        new("freeze-record", input => FreezeRecord.Parse(input), Seeds.Of("""{"pods":["shop/web"]}"""))
        {
            Files = ["Volumes/Hooks/FreezeRecord.cs"],
        },
        new("expired-note", input => ExpiredNotes.TimeOf(input), Seeds.Of("""{"at":"2026-12-01T00:00:00Z"}"""))
        {
            Files = ["Functions/Scheduling/ExpiredNotes.cs"],
        },
        new("run-status", input => RunStatus.TryRead(Seeds.Text(input)), Seeds.Of("""{"phase":"Running"}"""))
        {
            Files = ["Orchestrations/Runs/RunStatus.cs"],
        },
        new("catalogue", input => KeptBlobs.Unpack(input), [Catalogue(), Seeds.Bomb("{\"version\":1,", 20 << 20)])
        {
            Files = ["Vault/Catalogue/KeptBlobs.cs", "Vault/Catalogue/VaultCatalogue.cs"],
            BytesPerByte = 4 * 1032,
        },
    ];

    private static FuzzTarget Document(string name, Action<byte[]> read, ImmutableArray<byte[]> seeds, string file) =>
        new(name, read, seeds) { Files = [file, "Control/Reading/DocumentText.cs"], BytesPerByte = 1000 };

    private static FuzzTarget Kept<T>(string name, string path, JsonTypeInfo<T> type, ImmutableArray<byte[]> seeds)
        where T : class =>
        new(name, input => Read(path, type, input), seeds, typeof(ControlException)) { Files = ["Control/ControlReading.cs"] };

    private static void Read<T>(string path, JsonTypeInfo<T> type, byte[] input)
        where T : class => ControlReading.Parse(new MemoryDocuments(), path, input, type);

    private static void ReadOutcomes(byte[] input)
    {
        var control = new MemoryDocuments();
        control.PutAsync("runs/a/outcomes/000001.ndjson", input, CancellationToken.None).GetAwaiter().GetResult();
        using var outcomes = new OutcomeDocuments(control, "runs/a/outcomes/");
        outcomes.ReadNewAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    private static byte[] Catalogue() =>
        Seeds.Packed(Encoding.UTF8.GetBytes("""{"version":1,"blobs":[{"path":"a","identity":"b","content":"AAAA"}]}"""));
}
