using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Control.Notifications;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.TestKit.Files;

namespace Holdfast.Control.Tests;

/// <summary>The documents in docs/control-documents.md are valid.</summary>
public sealed partial class DocumentedSamplesTests
{
    [Fact]
    public void Every_document_in_the_documentation_is_valid()
    {
        var samples = Sample()
            .Matches(File.ReadAllText(RepositoryFiles.Path("docs/control-documents.md")))
            .Select(m => m.Groups["json"].Value)
            .ToList();

        Assert.Equal(3, samples.Count);
        Assert.Empty(
            ClusterRegistration
                .Read(
                    Edited.Bytes(Edited.With(samples[0], "certificateAuthority", JsonValue.Create(Certificates.Authority).ToJsonString()))
                )
                .Problems
        );
        Assert.Empty(ProtectionPolicy.Read(Edited.Bytes(samples[1])).Problems);
        Assert.Empty(NotificationTarget.Read(Edited.Bytes(samples[2])).Problems);
        Assert.All(samples, s => Assert.NotNull(JsonDocument.Parse(s)));
    }

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sample();
}
