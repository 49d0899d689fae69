using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Control;
using Holdfast.Control.Registration;
using Holdfast.Functions.Problems;
using Holdfast.Functions.Tests.Api;
using Holdfast.Restore;
using Holdfast.TaskHub.Storage;
using Holdfast.TestKit.Running;

namespace Holdfast.Functions.Tests.Problems;

/// <summary>The API's problem documents, whole: problems.txt beside this file. Other tests assert types, codes and paths.</summary>
public sealed class SentencesTests(ApiBench bench) : IClassFixture<ApiBench>
{
    private static readonly (string Method, string Path, string? Role, string? Body)[] Refused =
    [
        ("GET", "/api/points", null, null),
        ("GET", "/api/points", "Visitor", null),
        ("GET", "/api/nowhere", "Reader", null),
        ("DELETE", "/api/points", "Admin", null),
        ("GET", "/api/points?limit=0", "Reader", null),
        ("GET", "/api/points?continuation=%21", "Reader", null),
        ("GET", "/api/points?cluster=No", "Reader", null),
        ("GET", "/api/points/No/x", "Reader", null),
        ("GET", "/api/points/prod/x", "Reader", null),
        ("GET", "/api/points/prod/20261122T053000Z-abcdef", "Reader", null),
        ("GET", "/api/points/prod/20261122T053000Z-abcdef/diff", "Reader", null),
        ("GET", "/api/points/prod/20261122T053000Z-abcdef/manifests?secrets=true", "Reader", null),
        ("GET", "/api/points/prod/20261122T053000Z-abcdef/manifests?format=xml", "Reader", null),
        ("GET", "/api/clusters/unknown", "Reader", null),
        ("PUT", "/api/clusters/prod", "Admin", "{"),
        ("PUT", "/api/clusters/prod", "Admin", """{"version":1,"name":"prod","labels":{"a b":"c"},"endpoint":"http://x"}"""),
        ("PUT", "/api/policies/nightly", "Operator", """{"version":1,"name":"other","schedule":{"cron":"99 * * * *"}}"""),
        ("DELETE", "/api/policies/unknown", "Operator", null),
        ("POST", "/api/captures", "Operator", "{"),
        ("POST", "/api/captures", "Operator", """{"naem":"x"}"""),
        ("POST", "/api/captures", "Operator", "{}"),
        ("POST", "/api/captures", "Operator", """{"clusters":["unknown","unknown"],"newIncarnation":true}"""),
        ("POST", "/api/captures", "Operator", """{"policy":"unknown","scope":{},"keepUntil":"2999-01-01T00:00:00Z"}"""),
        ("POST", "/api/captures", "Operator", """{"clusters":["unknown"],"keepUntil":"2001-01-01T00:00:00Z"}"""),
        ("POST", "/api/plans", "Operator", "{}"),
        ("POST", "/api/plans", "Operator", """{"cluster":"unknown","point":"latest"}"""),
        ("GET", "/api/plans/20261122T053000Z-0000002a", "Reader", null),
        ("GET", "/api/runs/20261122T053000Z-0000002a", "Reader", null),
        ("GET", "/api/runs/x", "Reader", null),
        ("GET", "/api/runs?kind=x&state=y", "Reader", null),
        ("POST", "/api/runs/20261122T053000Z-0000002a/cancel", "Operator", "{}"),
        ("POST", "/api/runs/20261122T053000Z-0000002a/resume", "Operator", "{}"),
        ("GET", "/api/audit?from=x", "Admin", null),
        ("GET", "/api/audit?from=2026-11-22T05:30:00Z&to=2026-11-21T05:30:00Z", "Admin", null),
    ];

    private static readonly Exception[] Faults =
    [
        .. Enum.GetValues<ClusterFailure>().Select(failure => new ClusterException(failure, $"the cluster: {failure}")),
        .. Enum.GetValues<ArchiveFailure>().Select(failure => new ArchiveException(failure, $"the vault: {failure}")),
        .. Enum.GetValues<ControlFailure>().Select(failure => new ControlException(failure, "x.json", $"the control container: {failure}")),
        .. Enum.GetValues<RestoreRefusal>().Select(refusal => new RestoreException(refusal, $"the restore: {refusal}")),
        new RegistrationException("the registration"),
        new HubException("the engine's file", isTransient: true),
        new AppFaultException(["HOLDFAST_VAULT: why"]),
        new AuditLostException("captures.start", new IOException("why")),
        new InvalidOperationException("a bug"),
    ];

    [Fact]
    public async Task Problems_read_as_the_golden_file_has_them()
    {
        var text = new StringBuilder();
        foreach (var (method, path, role, body) in Refused)
        {
            var answer = await bench.SendAsync(new(method), path, body, role);
            text.Append($"{method} {path} {body}".TrimEnd()).Append($"\n  role {role ?? "none"}\n");
            Append(text, answer.Json);
        }
        foreach (var fault in Faults)
        {
            var problem = ProblemAnswers.Of(fault);
            text.Append($"{fault.GetType().Name}: {fault.Message}\n  {problem.Status} {problem.Title}\n  {problem.Detail}\n\n");
        }

        GoldenFile.Check(text.ToString(), "problems.txt");
    }

    private static void Append(StringBuilder text, JsonObject problem)
    {
        text.Append($"  {problem["status"]} {problem["title"]}\n  {problem["detail"]}\n");
        foreach (var error in problem["errors"]?.AsArray() ?? [])
            text.Append($"    {error!["path"]}: {error["message"]}\n");
        text.Append('\n');
    }
}
