using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Discovering;
using Holdfast.Control;
using Holdfast.Control.Hooks;
using Holdfast.Control.Policies;
using Holdfast.Control.Reading;
using Holdfast.Control.Registration;
using Holdfast.Manifests;
using Holdfast.Manifests.Editing;
using Holdfast.Manifests.Selecting;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Catalogue;

namespace Holdfast.Fuzzing.Tests.Targets;

/// <summary>Texts that options, documents, annotations and paths of blobs hold.</summary>
internal static class TextTargets
{
    private static readonly DateTimeOffset Now = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    public static ImmutableArray<FuzzTarget> All { get; } =
    [
        Text(
            "label-selector",
            text => LabelSelector.TryParse(text, out _)?.Matches(new() { ["weight"] = "4" }),
            ["app=web,tier!=db,env in (a,b),x notin (c),!canary,weight>3,a.b/c"]
        ),
        Text("cron", ReadSchedule, ["0 */6 * * *", "30 0 2 1,15 * MON-FRI", "@daily"]),
        Text("time-zone", text => TimeZones.Fault(text), ["Europe/Berlin"]),
        Text("duration", text => GoDuration.TryParse(text), ["1m30s", "1.5h"]),
        Text("kept-duration", text => KeptDuration.TryParse(text, out _), ["36h", "8w"]),
        Text("search-time", text => SearchTime.TryParse(text, Now, true, out _), ["2026-11-22", "2026-11-22T05:30:00Z", "7d"]),
        Text("hook-command", text => HookCommandText.Parse(text), ["[\"a\",\"b\"]", "true"]),
        Text("quantity", text => Quantity.ToBytes(text), ["10Gi", "500m", "1e3"]),
        Text("secret-text", text => SecretText.Withhold(text), ["https://user:password@host/?sig=abc", "eyJhbGciOiJ.eyJzdWIiOiIx"]),
        Text(
            "names",
            ReadNames,
            ["20261129T213832Z-db08e6", "prod", "12:e955d79ef57a2ee211a5569656db2e49c5dd5018e91db8d2d54fc7762bba62ea", "v1.36.2"]
        ),
        Text(
            "azure-id",
            ReadAzure,
            ["/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/a"]
        ),
        Text("name-pattern", text => NamePattern.Matches(text, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), ["a*b?c*", "*a*a*a*a*"]),
        Text(
            "field-pattern",
            text => FieldPattern.Parse(text),
            ["/spec/template/spec/containers/*/image", "/a~1b/~0"],
            typeof(FormatException)
        ),
        Text("blob-path", text => BlobPath.Require(text), ["clusters/prod/points/a/seal.json"], typeof(ArgumentException)),
        Text("public-key", text => SealTrust.Of([text], UnsignedSeals.Refused), [PublicKey()], typeof(FormatException)),
        Text("run-id", text => RunId.TryParse(text, out _), ["20261129T213832Z-8bf4d1ac"]),
    ];

    private static FuzzTarget Text(string name, Action<string> read, string[] seeds, params ImmutableArray<Type> refusals) =>
        new(name, input => read(Seeds.Text(input)), Seeds.Of(seeds), refusals) { Files = [] };

    private static FuzzTarget Text<T>(string name, Func<string, T> read, string[] seeds, params ImmutableArray<Type> refusals) =>
        Text(name, new Action<string>(text => _ = read(text)), seeds, refusals);

    private static void ReadSchedule(string text)
    {
        if (ScheduleTimes.CronFault(text) is null)
            _ = ScheduleTimes.Of(new(text, "Europe/Berlin", 0)).ShortestInterval();
    }

    private static void ReadNames(string text)
    {
        _ = PointId.TryParse(text, out var point) ? point.Time : default;
        _ = ClusterName.TryParse(text, out _) | ClusterUid.TryParse(text, out _) | ContentDigest.TryParse(text, out _);
        _ = PolicyName.TryParse(text, out _) | ChainHead.TryParse(text, out _);
        _ = ServerRelease.IsAtLeast(text, 30);
        _ = VaultPaths.KeyOf(text);
    }

    private static void ReadAzure(string text)
    {
        _ = AzureResourceId.TryParse(text, out _);
        _ = AzureGroupId.TryParse(text, out _);
    }

    private static string PublicKey()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfoPem();
    }
}
