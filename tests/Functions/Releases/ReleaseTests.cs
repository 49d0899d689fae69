using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Capture.Running;
using Holdfast.Control;
using Holdfast.Control.Auditing;
using Holdfast.Control.Documents;
using Holdfast.Functions.Api.Documents;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
using Holdfast.Restore.Outcomes;

namespace Holdfast.Functions.Tests.Releases;

/// <summary>
/// What every release has left behind is read by this build, and documents of this build with members of a later one as well: an upgrade
/// may be taken back. <c>HOLDFAST_RECORD=1</c> keeps what this version leaves behind, where nothing is kept of it yet.
/// </summary>
public sealed class ReleaseTests
{
    public static TheoryData<string> Versions => [.. KeptRelease.Versions];

    [Fact]
    public async Task Of_this_version_a_vault_and_a_control_container_are_kept()
    {
        if (!KeptRelease.Versions.Contains(KeptRelease.Current) && Environment.GetEnvironmentVariable("HOLDFAST_RECORD") == "1")
            await KeptRelease.RecordAsync();

        Assert.Contains(KeptRelease.Current, KeptRelease.Versions);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Its_vault_is_whole_and_every_manifest_of_it_can_be_read(string version)
    {
        var vault = new FolderStore(KeptRelease.VaultOf(version), TimeProvider.System);
        var prod = ClusterName.Parse("prod");

        Assert.True((await PointVerifier.VerifyAsync(vault, prod, null, SealTrust.Anyone, null, default)).Intact);

        foreach (var sealedPoint in await SealedPoints.ListAsync(vault, prod, default))
        {
            var point = await RecoveryPointReader.OpenAsync(vault, prod, sealedPoint.Id, default);
            Assert.Equal(prod, point.Inventory.Cluster);
            foreach (var segment in point.Inventory.Segments)
                Assert.Equal(segment.Objects, await point.ReadSegmentAsync(segment, default).CountAsync());
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_control_document_of_it_can_be_used(string version)
    {
        var control = new FolderDocuments(KeptRelease.ControlOf(version), TimeProvider.System);

        await foreach (var path in control.ListAsync("", null, default))
            Assert.True(await IsUsableAsync(control, path), path);

        Assert.Empty(control.Unusable.All);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_document_of_the_service_with_members_that_a_later_version_adds_can_be_used(string version)
    {
        var kept = new FolderDocuments(KeptRelease.ControlOf(version), TimeProvider.System);
        var later = new MemoryDocuments();
        await foreach (var path in kept.ListAsync("", null, default))
        {
            var content = (await kept.ReadAsync(path, default))!.Content;
            await later.PutAsync(path, IsOfService(path) ? WithMore(content) : content, default);
        }

        await foreach (var path in later.ListAsync("", null, default).Where(IsOfService))
            Assert.True(await IsUsableAsync(later, path), path);
    }

    /// <summary>People's documents and plans are strict, and an audit's record is what was written or nothing.</summary>
    private static bool IsOfService(string path) =>
        path.Split('/') switch
        {
            ["orders" or "schedules" or "idempotency", _] or ["runs", _] => true,
            ["runs", _, "plan.json"] or ["runs", _, "outcomes", _] => false,
            ["runs", ..] => true,
            _ => false,
        };

    private static byte[] WithMore(ReadOnlyMemory<byte> document)
    {
        var root = JsonNode.Parse(document.Span)!.AsObject();
        root["ofALaterVersion"] = new JsonObject { ["list"] = new JsonArray(1, "two") };
        foreach (var inner in root.Select(member => member.Value).OfType<JsonObject>().Where(inner => inner.Count > 0).ToList())
            inner["ofALaterVersion"] = true;
        return System.Text.Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    /// <summary>Reads it as the service does.</summary>
    private static async Task<bool> IsUsableAsync(IDocumentStore control, string path) =>
        path.Split('/') switch
        {
            ["clusters", _] => (await new ControlDocuments(control).AllClustersAsync(default)).Single(kept => kept.Path == path).IsValid,
            ["policies", _] => (await new ControlDocuments(control).AllPoliciesAsync(default)).Single(kept => kept.Path == path).IsValid,
            ["orders", var name] => await new RunOrders(control, TimeProvider.System).FindAsync(RunId.Parse(Bare(name)), default)
                is not null,
            ["schedules", var name] => await PolicyRuns.ReadAsync(control, PolicyName.Parse(Bare(name)), default) is not null,
            ["idempotency", _] => await control.ReadAsync(path, ApiJson.Plain.NotedRequest, default) is not null,
            ["audit", ..] => await IsAuditedAsync(control, path),
            ["runs", var name] => await new RunReports(control, TimeProvider.System).ReadAsync(RunId.Parse(Bare(name)), default)
                is not null,
            ["runs", var run, "plan.json"] => await RestorePlans.ReadAsync(Over(control), RunId.Parse(run), default) is not null,
            ["runs", var run, "outcomes", _] => (await new OutcomeDocuments(control, $"runs/{run}/outcomes/").ReadNewAsync(default)).Count
                > 0,
            ["runs", var run, "sealed.json"] => await Ledger(control, run).FindReportAsync(default) is not null,
            ["runs", var run, var leg] => await Ledger(control, run).FindPassAsync(Number(leg, 1), default) is not null,
            ["runs", var run, var leg, var unit] => await Ledger(control, run)
                .FindAsync(Number(leg, 1), Number(unit, 1), Number(unit, 2), default)
                is not null,
            _ => false,
        };

    private static RunEnvironment Over(IDocumentStore control) =>
        new((_, _) => throw new NotSupportedException(), new MemoryStore(), control, TimeProvider.System);

    private static async Task<bool> IsAuditedAsync(IDocumentStore control, string path)
    {
        var day = DateTimeOffset.ParseExact(
            path["audit/".Length..][..10],
            "yyyy'/'MM'/'dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal
        );
        var entries = await new AuditLog(control).ListAsync(day, day.AddDays(1), null, 1000, default);
        return entries.Items.Single(entry => entry.Path == path).Record is not null;
    }

    [Fact]
    public async Task The_plan_of_a_capture_that_release_0_1_0_began_has_its_request()
    {
        var control = new FolderDocuments(KeptRelease.ControlOf("0.1.0"), TimeProvider.System);

        var pass = await Ledger(control, "20261122T120000Z-b21a92e5.prod").FindPassAsync(1, default);

        var request = pass!.Plan.Request;
        Assert.Equal("hourly", request.Policy!.Value.GetProperty("name").GetString());
        Assert.Equal("prod", request.Registration!.Value.GetProperty("name").GetString());
        Assert.False(request.Scope.Namespaces.IsDefault);
    }

    private static CaptureLedger Ledger(IDocumentStore control, string run) => new(new(control, $"runs/{run}/"));

    private static string Bare(string name) => name[..^".json".Length];

    /// <summary>Of <c>leg-1.json</c> or <c>unit-0-0.json</c>: the number in that place.</summary>
    private static int Number(string name, int place) => int.Parse(name.Split('.')[0].Split('-')[place], CultureInfo.InvariantCulture);
}
