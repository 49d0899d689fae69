using System.CommandLine;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Manifests;
using Holdfast.Manifests;

namespace Holdfast.Cli.Verbs;

internal sealed class CatVerb : Verb
{
    private readonly Argument<string> point = PointArgument.Required();
    private readonly Argument<string[]> subjects = new("KIND/NAME")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "Which objects, as for kubectl: deployment/web svc/web, deploy web db, or all of a kind: deploy,svc",
    };
    private readonly Option<string[]> namespaces = new("--namespace", "-n")
    {
        HelpName = "NS",
        Description = "Only objects of these namespaces; patterns with * and ?",
    };
    private readonly AllNamespacesOption allNamespaces;
    private readonly Option<string?> selector = new("--selector", "-l")
    {
        HelpName = "SELECTOR",
        Description = "Only objects with these labels, like kubectl's -l",
    };
    private readonly Option<bool> all = new("--all")
    {
        Description = "Every manifest. With -o ndjson exactly as stored, Secrets too: it is an export",
    };
    private readonly Option<bool> secrets = new("--show-secrets")
    {
        Description = "Print the data of Secrets; otherwise a digest is shown for each value",
    };

    private readonly Option<bool> decrypt = new("--decrypt")
    {
        Description =
            "For `kubectl apply -f -`: one manifest a line, the data of Secrets too, decrypted where it is encrypted, and without what "
            + "only the cluster it came from can have set",
    };

    private readonly TrustOptions trust = new();

    public CatVerb()
        : base("cat", "Print manifests of a recovery point", "yaml", "json", "ndjson")
    {
        allNamespaces = new(namespaces);
        Add(point);
        Add(subjects);
        AddAll([namespaces, allNamespaces.Option, selector, all, secrets, decrypt, .. trust.All]);
    }

    public override IReadOnlyList<Example> Examples =>
        [
            new("holdfast cat latest deployment/web -n shop", "One object, as YAML"),
            new("holdfast cat latest deploy,svc -n shop -l app=web -o json", "All objects of two kinds with a label"),
            new("holdfast cat latest secret/db -n shop --show-secrets -o json | jq -r '.data.password | @base64d'", "What a Secret held"),
            new("holdfast cat latest --all -n shop --decrypt | kubectl apply -f -", "Objects brought back by kubectl alone"),
            new("holdfast cat latest --all -o ndjson | jq -r '.kind' | sort | uniq -c", "Every manifest, one a line, as stored"),
        ];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var words = invocation.Get(subjects) ?? [];
        if (words.Length == 0 != invocation.Get(all))
            throw new UsageException("what to print? Give either KIND/NAME or --all");
        allNamespaces.Check(invocation);
        if (invocation.Get(decrypt) && invocation.IsGiven(Format))
            throw new UsageException($"{decrypt.Name} prints what kubectl applies: leave out --output");
        var query = ManifestQuery.Parse(words, invocation.List(namespaces), invocation.Get(selector));
        var believed = trust.Trust(invocation);
        var (_, reader) = await PointChoice.OpenAsync(invocation, invocation.OpenVault(), invocation.Get(point)!, believed);
        await query.ResolveAsync(reader, invocation.Cancellation);
        if (invocation.Get(decrypt))
            return await ApplyableAsync(invocation, query, reader);
        var asStored = invocation.Format == "ndjson" && (invocation.Get(all) || invocation.Get(secrets));
        return asStored ? await CopyAsync(invocation, query, reader) : await PrintAsync(invocation, query, reader);
    }

    private static async Task<ExitCode> CopyAsync(Invocation invocation, ManifestQuery query, RecoveryPointReader reader)
    {
        var skipped = 0;
        await foreach (var (manifest, segment, line) in query.ReadAsync(reader, invocation.Cancellation))
        {
            if (IsSkipped(invocation, manifest, segment, line))
            {
                skipped++;
                continue;
            }
            invocation.Screen.Export.Write(manifest.Span);
            invocation.Screen.Export.WriteByte((byte)'\n');
        }
        query.CheckFound();
        return skipped == 0 ? ExitCode.Done : ExitCode.Partial;
    }

    private static async Task<ExitCode> ApplyableAsync(Invocation invocation, ManifestQuery query, RecoveryPointReader reader)
    {
        var skipped = 0;
        await foreach (var (manifest, segment, line) in query.ReadAsync(reader, invocation.Cancellation))
        {
            if (IsSkipped(invocation, manifest, segment, line))
            {
                skipped++;
                continue;
            }
            invocation.Screen.Export.Write(ApplyableManifest.Of(manifest));
            invocation.Screen.Export.WriteByte((byte)'\n');
        }
        query.CheckFound();
        return skipped == 0 ? ExitCode.Done : ExitCode.Partial;
    }

    private async Task<ExitCode> PrintAsync(Invocation invocation, ManifestQuery query, RecoveryPointReader reader)
    {
        using var writer = ManifestWriter.To(invocation.Screen, invocation.Format, single: query.References is [{ Name: not null }]);
        var (secretData, skipped) = (new SecretData(), 0);
        await foreach (var (manifest, segment, line) in query.ReadAsync(reader, invocation.Cancellation))
        {
            if (IsSkipped(invocation, manifest, segment, line))
            {
                skipped++;
                continue;
            }
            var document = ManifestJson.Parse(manifest.Span);
            if (!invocation.Get(secrets))
                secretData.Redact(document);
            writer.Write(document);
        }
        query.CheckFound();
        return skipped == 0 ? ExitCode.Done : ExitCode.Partial;
    }

    /// <summary>One that can't be read keeps no other from being printed.</summary>
    private static bool IsSkipped(Invocation invocation, ReadOnlyMemory<byte> manifest, Segment segment, int line)
    {
        if (ManifestText.Fault(manifest) is not { } fault)
            return false;
        var place = segment.Namespace is null ? "" : $" in {segment.Namespace}";
        invocation.Screen.Warn($"skipped {segment.Resource}/{ManifestText.Describe(manifest.Span, line)}{place}: {fault}");
        return true;
    }
}
