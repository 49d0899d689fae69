using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>What an API server was asked for, as its authoriser sees it.</summary>
/// <param name="Path">Of what is no resource; null: it is one.</param>
/// <param name="Resource">With its subresource: <c>pods/exec</c>.</param>
internal sealed record AskedRequest(string Verb, string? Path, string Group, string Resource, string? Namespace)
{
    /// <summary>Of an event of the server's audit log.</summary>
    public static AskedRequest Of(JsonObject audited)
    {
        var verb = audited.Text("verb")!;
        if (audited.Object("objectRef") is not { } target)
            return OfPath(verb, audited.Text("requestURI")!);
        var subresource = target.Text("subresource") is { } part ? $"/{part}" : "";
        return new(verb, null, target.Text("apiGroup") ?? "", target.Text("resource") + subresource, target.Text("namespace"));
    }

    public static AskedRequest OfPath(string verb, string path) => new(verb, path.Split('?')[0], "", "", null);

    public override string ToString() =>
        $"{Verb} {Path ?? $"{Resource}{(Group.Length > 0 ? $".{Group}" : "")}"}{(Namespace is null ? "" : $" in {Namespace}")}";
}
