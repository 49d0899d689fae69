using System.Text.RegularExpressions;
using Holdfast.Infrastructure.Tests.Rules;
using Holdfast.TestKit.Files;

namespace Holdfast.Infrastructure.Tests;

/// <summary>The custom roles allow what the code asks of Azure, and nothing else.</summary>
public sealed partial class RoleTests
{
    private static readonly string Folder = RepositoryFiles.Path("src/AzureCloud");

    [Fact]
    public void Every_call_of_Azure_Resource_Manager_is_known()
    {
        foreach (var path in Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories))
        {
            var file = Path.GetRelativePath(Folder, path);
            var text = File.ReadAllText(path).ReplaceLineEndings("\n");
            var known = ArmCalls.All.Where(c => c.File == file).ToList();

            Assert.All(known, c => Assert.Contains(c.Call, text, StringComparison.Ordinal));
            Assert.All(
                Call().Matches(text).Select(m => text[m.Index..]),
                call => Assert.Contains(known, k => call.StartsWith(k.Call, StringComparison.Ordinal))
            );
        }
    }

    /// <summary>Actions on data are those of the blob service and of keys: BlobContainerStore, KeyVaultSigningKey.</summary>
    [Fact]
    public void The_roles_have_the_actions_of_the_calls_and_no_other()
    {
        var asked = ArmCalls.All.SelectMany(c => c.Actions).Append("Microsoft.Storage/storageAccounts/blobServices/containers/read");
        var allowed = Assignments.Roles["custom"]!
            .AsObject()
            .Concat(Assignments.Roles["subscription"]!.AsObject())
            .SelectMany(r => r.Value!["actions"]!.AsArray().Select(a => (string)a!));

        Assert.Equal(asked.Distinct().Order(StringComparer.Ordinal), allowed.Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>What the code does with blobs and keys, where it does it, and what that needs.</summary>
    [Theory]
    [InlineData("vaultWriter", "Blobs/BlobContainerStore.cs", "DownloadStreamingAsync", "blobs/read")]
    [InlineData("vaultWriter", "Blobs/BlobVersions.cs", "BlobStates.Version", "blobs/read")]
    [InlineData("vaultWriter", "Blobs/BlobContainerStore.cs", "IfNoneMatch = ETag.All", "blobs/add/action")]
    [InlineData("vaultWriter", "Disks/PageCopy.cs", "UploadPagesAsync", "blobs/write")]
    [InlineData("vaultWriter", "Blobs/BlobContainerStore.cs", "DeleteIfExistsAsync", "blobs/delete")]
    [InlineData("vaultWriter", "Blobs/BlobContainerStore.cs", "WithVersion(version)", "blobs/deleteBlobVersion/action")]
    [InlineData("vaultWriter", "Blobs/BlobImmutability.cs", "SetLegalHoldAsync", "blobs/immutableStorage/runAsSuperUser/action")]
    [InlineData("vaultWriter", "Blobs/BlobImmutability.cs", "SetImmutabilityPolicyAsync", "blobs/immutableStorage/runAsSuperUser/action")]
    [InlineData("sealSigner", "Keys/KeyVaultKey.cs", "RequestMethod.Get", "keys/read")]
    [InlineData("sealSigner", "Keys/KeyVaultSigningKey.cs", "\"/sign\"", "keys/sign/action")]
    public void Each_action_on_data_is_one_that_the_code_needs(string role, string file, string code, string action)
    {
        Assert.Contains(code, File.ReadAllText(Path.Combine(Folder, file)), StringComparison.Ordinal);
        Assert.Contains(
            Assignments.Roles["custom"]![role]!["dataActions"]!.AsArray(),
            a => ((string)a!).EndsWith($"/{action}", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void No_role_has_a_wildcard() => Assert.DoesNotContain("*", Assignments.Roles.ToJsonString(), StringComparison.Ordinal);

    [GeneratedRegex(@"\b(?:azure|client)\.(?:Find|List|Put|Patch|Delete|Post)Async\(", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Call();
}
