using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Cli.Errors;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;

namespace Holdfast.Cli.Adopting;

/// <summary>What applying one manifest changes.</summary>
/// <param name="Diff">Empty for one that is created.</param>
internal sealed record RoleChange(RoleManifest Manifest, bool IsNew, ImmutableArray<FieldDiff> Diff)
{
    public bool IsChange => IsNew || !Diff.IsEmpty;

    /// <summary><c>create</c>, <c>update</c> or <c>unchanged</c>.</summary>
    public string Word =>
        IsNew ? "create"
        : Diff.IsEmpty ? "unchanged"
        : "update";
}

/// <summary>Applies the roles by server-side apply; asked for a dry run first, the server says what that changes.</summary>
internal sealed class RoleApplication(ClusterConnection connection)
{
    private const string Manager = "holdfast";

    /// <summary>What only a server sets, and differs from write to write.</summary>
    private static readonly string[] Volatile = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"];

    private readonly ResourceWriter writer = new(connection);

    /// <exception cref="FailedException">The server refuses one: which, and why. Nothing was changed.</exception>
    public async Task<ImmutableArray<RoleChange>> TryAsync(IReadOnlyList<RoleManifest> manifests, CancellationToken cancellation)
    {
        var changes = ImmutableArray.CreateBuilder<RoleChange>(manifests.Count);
        foreach (var manifest in manifests)
        {
            var live = await writer.GetAsync(manifest.Type, manifest.Namespace, manifest.Name, cancellation);
            if (live.Status is not (WriteStatus.Done or WriteStatus.NotFound))
                throw Refused("read", manifest, live);
            changes.Add(await TryAsync(manifest, live.Status == WriteStatus.Done ? live.Body : (ReadOnlyMemory<byte>?)null, cancellation));
        }
        return changes.MoveToImmutable();
    }

    /// <exception cref="FailedException">The server refuses one: which, and why. Those before it were applied.</exception>
    public async Task ApplyAsync(IEnumerable<RoleChange> changes, CancellationToken cancellation)
    {
        foreach (var manifest in changes.Where(change => change.IsChange).Select(change => change.Manifest))
        {
            var answer = await SendAsync(manifest, dryRun: false, cancellation);
            if (answer.Status != WriteStatus.Done)
                throw Refused("apply", manifest, answer);
        }
    }

    private async Task<RoleChange> TryAsync(RoleManifest manifest, ReadOnlyMemory<byte>? live, CancellationToken cancellation)
    {
        var answer = await SendAsync(manifest, dryRun: true, cancellation);
        // what is made in a namespace that isn't there yet can't be tried before it is
        if (live is null && answer is { Status: WriteStatus.NotFound, Missing: MissingPart.Namespace })
            return new(manifest, IsNew: true, []);
        if (answer.Status != WriteStatus.Done)
            throw Refused("apply", manifest, answer);
        return live is { } now ? new(manifest, IsNew: false, Difference(manifest, now, answer.Body)) : new(manifest, IsNew: true, []);
    }

    private Task<WriteResult> SendAsync(RoleManifest manifest, bool dryRun, CancellationToken cancellation) =>
        writer.ApplyAsync(
            manifest.Type,
            manifest.Namespace,
            manifest.Name,
            Encoding.UTF8.GetBytes(manifest.Object.ToJsonString()),
            new(Manager) { DryRun = dryRun, Force = true },
            cancellation
        );

    private static ImmutableArray<FieldDiff> Difference(RoleManifest manifest, ReadOnlyMemory<byte> live, ReadOnlyMemory<byte> desired)
    {
        var type = manifest.Type;
        return FieldDiffs.Between(
            Shown(live),
            Shown(desired),
            new ResourceType(type.Group, type.Version, type.Resource, type.Kind, type.Namespaced),
            applying: false,
            MergeRules.None,
            new SecretDigests()
        );
    }

    private static JsonObject Shown(ReadOnlyMemory<byte> body)
    {
        var manifest = ManifestJson.Parse(body.Span);
        foreach (var field in Volatile)
            manifest.Object("metadata")?.Remove(field);
        return manifest;
    }

    private static FailedException Refused(string action, RoleManifest manifest, WriteResult answer) =>
        new(
            $"the cluster refuses to {action} {manifest}: {answer.Code} {answer.Message}. Use an administrator's credentials, "
                + "or have one apply what --print prints"
        );
}
