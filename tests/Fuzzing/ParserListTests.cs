using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Holdfast.TestKit.Files;

namespace Holdfast.Fuzzing.Tests;

/// <summary>A file that reads JSON, YAML, gzip or protobuf is that of a target, or is listed here with the reason why not.</summary>
public sealed partial class ParserListTests
{
    private const string Own = "what this program wrote for itself, in folders of its user or the engine's own store";
    private const string Azure = "what Azure's services answered, over TLS, within their SDK's limits; whatever isn't theirs is a refusal";
    private const string Named = "a file, or standard input, that the user names, read within a limit";
    private const string Again = "what another reader has accepted already, which is a target";

    private static readonly ImmutableDictionary<string, string> WithoutTarget = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Machine/Faults/WholeLists.cs"] = Again,
        ["Clusters/Schemas/Schema.cs"] = "a constant of the program",
        ["Restore/Applying/WrittenDifferences.cs"] = Again,
        ["Restore/Planning/PlannedClone.cs"] = Again,
        ["Restore/Recovery/RecoveryDocument.cs"] = Again,
        ["Restore/Recovery/RecoveryRequests.cs"] = Again,
        ["Restore/Transforms/TransformDocument.cs"] = Again,
        ["Restore/Outcomes/OutcomeLog.cs"] = Own,
        ["Manifests/Comparing/ItemPairs.cs"] = Again,
        ["AzureCloud/Credentials/AzureIdentity.cs"] = Azure,
        ["AzureCloud/Resources/ResourceClient.cs"] = Azure,
        ["AzureCloud/Resources/ResourceFaults.cs"] = Azure,
        ["AzureCloud/Keys/KeyVaultKey.cs"] = Azure,
        ["AzureCloud/ManagedClusters/ModelText.cs"] = Azure,
        ["Functions/Api/Points/KeptFigures.cs"] = Own,
        ["Functions/Api/Runs/RunControlRoutes.cs"] = Own,
        ["Orchestrations/Unreported/UnreportedRuns.cs"] = Own,
        ["Orchestrations/PayloadConverter.cs"] = Own,
        ["Functions/Worker/PayloadSerializer.cs"] = Own,
        ["Cli/Deployments/DeploymentOutputs.cs"] = Named,
        ["Cli/Runs/KeptFile.cs"] = Own,
        ["Cli/Editing/KeptText.cs"] = Again,
        ["Cli/Editing/DocumentFile.cs"] = Again,
        ["Cli/Verbs/NewClusterOptions.cs"] = Named,
    }.ToImmutableDictionary(StringComparer.Ordinal);

    [Fact]
    public void Every_reader_of_foreign_bytes_has_a_target_or_a_reason()
    {
        var covered = FuzzTargets.All.SelectMany(target => target.Files).ToHashSet(StringComparer.Ordinal);
        var reading = Reading().ToList();

        Assert.DoesNotContain(reading, file => !covered.Contains(file) && !WithoutTarget.ContainsKey(file));
        Assert.DoesNotContain(WithoutTarget.Keys, file => covered.Contains(file) || !reading.Contains(file));
        Assert.DoesNotContain(covered, file => !File.Exists(Path.Combine(Source, file)));
        Assert.Equal(FuzzTargets.All.Length, FuzzTargets.All.DistinctBy(target => target.Name).Count());
    }

    private static string Source => RepositoryFiles.Path("src");

    /// <summary>But for the simulator, which is no part of what is run against clusters, and the engine's own store.</summary>
    private static IEnumerable<string> Reading() =>
        Directory
            .GetFiles(Source, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Source, file))
            .Where(file =>
                !file.StartsWith("Simulator/", StringComparison.Ordinal) && !file.StartsWith("TaskHub/", StringComparison.Ordinal)
            )
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Where(file => Reader().IsMatch(File.ReadAllText(Path.Combine(Source, file))));

    [GeneratedRegex(
        @"Json(Document|Node)\s*\.Parse|\.Deserialize\(|new (Utf8JsonReader|Parser|ProtobufFields)\(|CompressionMode\.Decompress",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Reader();
}
