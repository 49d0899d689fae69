using System.Runtime.InteropServices;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Diagnosing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Verbs;

internal sealed class DoctorVerb()
    : Verb("doctor", "Check this setup: configuration, vault, cluster, keys and sign-in, and what to do next", "text", "json")
{
    /// <summary>In seconds.</summary>
    private const int DefaultLimit = 15;

    private static readonly TimeSpan Limit = LookupLimit.Of("HOLDFAST_DOCTOR_SECONDS", DefaultLimit);

    public override bool IsConfigured => false;

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast doctor", "What works here, what doesn't, and what to do"),
            new("holdfast doctor --profile prod -o json | jq '.checks[] | select(.state != \"ok\")'", "For a script"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        OpenedVault? vault = null;
        var results = new List<(string Check, IReadOnlyList<Finding> Findings)>
        {
            ("program", [Finding.Ok($"holdfast {VersionVerb.Version}, {RuntimeInformation.RuntimeIdentifier}")]),
            ("configuration", await RunAsync(_ => Configuration(invocation), invocation)),
            ("vault", await RunAsync(c => new VaultChecks(invocation, vault = invocation.OpenVaultQuietly()).ReachAsync(c), invocation)),
        };
        var checks = ChecksOf(new AccessChecks(invocation)).Concat(vault is null ? [] : ChecksOf(new VaultChecks(invocation, vault)));
        var running = checks.Select(c => (c.Check, Task: RunAsync(c.Run, invocation))).ToArray();
        foreach (var (check, task) in running)
            results.Add((check, await task));
        results.Add(("terminal", [Terminal(invocation.Screen)]));
        Print(invocation, results);
        return results.Exists(r => r.Findings.Any(f => f.State == FindingState.Error)) ? ExitCode.Failed : ExitCode.Done;
    }

    private static IEnumerable<(string Check, Func<CancellationToken, Task<IEnumerable<Finding>>> Run)> ChecksOf(VaultChecks vault) =>
        [("vault keys", vault.KeysAsync), ("vault protection", vault.ProtectionAsync), ("clock", vault.ClockAsync)];

    private static IEnumerable<(string Check, Func<CancellationToken, Task<IEnumerable<Finding>>> Run)> ChecksOf(AccessChecks access) =>
        [
            ("azure", access.AzureAsync),
            ("cluster", access.ClusterAsync),
            ("signing keys", _ => access.KeysAsync()),
            ("service", access.ServiceAsync),
            ("exported files", _ => Task.FromResult<IEnumerable<Finding>>([Files()])),
        ];

    /// <summary>A check that fails, or takes too long, has found that.</summary>
    private async Task<IReadOnlyList<Finding>> RunAsync(Func<CancellationToken, Task<IEnumerable<Finding>>> check, Invocation invocation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(invocation.Cancellation);
        limit.CancelAfter(Limit);
        try
        {
            // Some of what is opened blocks its thread.
            return [.. await Task.Run(() => check(limit.Token), limit.Token).WaitAsync(limit.Token)];
        }
        catch (OperationCanceledException) when (!invocation.Cancellation.IsCancellationRequested)
        {
            return [Finding.Error($"no answer within {Limit.TotalSeconds:0} s", "check the address and the network between")];
        }
#pragma warning disable CA1031 // What fails is what is looked for.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var error = CommandError.Of(e, Refused);
            return [new(FindingState.Error, error.Message, error.Next)];
        }
#pragma warning restore CA1031
    }

    private static Task<IEnumerable<Finding>> Configuration(Invocation invocation)
    {
        invocation.LoadConfiguration();
        var configuration = invocation.Configuration;
        var findings = invocation.ConfigurationWarnings().Select(w => new Finding(FindingState.Warning, w)).ToList();
        findings.Insert(
            0,
            Finding.Ok(
                configuration.File is { } file
                    ? $"{file.Path}{(configuration.Profile is { } profile ? $", profile {profile}" : "")}: "
                        + Readable.Count(configuration.Used.Count, "setting")
                    : "no configuration file"
            )
        );
        return Task.FromResult<IEnumerable<Finding>>(findings);
    }

    private static Finding Files() =>
        Finding.Ok(
            string.IsNullOrEmpty(Environment.GetEnvironmentVariable(CommonOptions.FilesPasswordVariable))
                ? $"{CommonOptions.FilesPasswordVariable} isn't set: only restoring exported files needs it"
                : $"{CommonOptions.FilesPasswordVariable} is set"
        );

    private static Finding Terminal(Screen screen) =>
        Finding.Ok(
            $"{(screen.OutIsTerminal ? "a terminal" : "no terminal")}, {(screen.Ink.IsEnabled ? "with" : "without")} colours; questions "
                + "are "
                + (screen.IsInteractive ? "asked" : "not asked, so that restores need --yes")
        );

    private static void Print(Invocation invocation, List<(string Check, IReadOnlyList<Finding> Findings)> results)
    {
        if (invocation.Json)
        {
            invocation.Screen.Json(Document(results), OutputJson.Plain.DiagnosisDocument);
            return;
        }
        foreach (var (check, findings) in results)
        foreach (var finding in findings)
        {
            invocation.Screen.Line($"{Word(invocation.Screen.Ink, finding.State)}  {check}: {finding.Message}");
            if (finding.Next is { } next)
                invocation.Screen.Line($"         next: {next}");
        }
    }

    private static DiagnosisDocument Document(List<(string Check, IReadOnlyList<Finding> Findings)> results) =>
        new(
            !results.Exists(r => r.Findings.Any(f => f.State == FindingState.Error)),
            [
                .. results.SelectMany(r =>
                    r.Findings.Select(f => new DiagnosedDocument(r.Check, f.State.ToString().ToLowerInvariant(), f.Message, f.Next))
                ),
            ]
        );

    private static string Word(Ink ink, FindingState state) =>
        state switch
        {
            FindingState.Ok => ink.Green("ok     "),
            FindingState.Warning => ink.Yellow("warning"),
            _ => ink.Red("error  "),
        };
}
