namespace Holdfast.Functions.Api.Documents;

/// <summary>What the credentials of a registered cluster may not do.</summary>
/// <param name="ClusterUid">Null, with the next, when the credentials may not read it: then nothing can be captured.</param>
/// <param name="LatencyMs">Of one small request over an open connection.</param>
/// <param name="Types">How many types a capture would take.</param>
/// <param name="Capture">Each one causes a gap in every point.</param>
/// <param name="Volumes">Without one of these, volumes aren't protected, or hooks don't run.</param>
/// <param name="Restore">A restore of these types would fail.</param>
internal sealed record ClusterCheckDocument(
    string Cluster,
    string? ClusterUid,
    string? ServerVersion,
    double LatencyMs,
    int Types,
    IReadOnlyList<RightDocument> Capture,
    IReadOnlyList<RightDocument> Volumes,
    IReadOnlyList<RightDocument> Restore
);

/// <param name="Verb"><c>list</c>.</param>
/// <param name="Resource"><c>deployments.apps</c>.</param>
internal sealed record RightDocument(string Verb, string Resource);
