namespace Holdfast.Clusters.Connections;

/// <summary>Limits on one answer, so that no API server can make this process run out of memory.</summary>
public sealed record AnswerLimits
{
    /// <summary>The environment variable that sets <see cref="BodyBytes"/>, in MiB.</summary>
    public const string BodyVariable = "HOLDFAST_ANSWER_MIB";

    /// <summary>The environment variable that sets <see cref="ObjectBytes"/>, in MiB.</summary>
    public const string ObjectVariable = "HOLDFAST_OBJECT_MIB";

    /// <summary>The most that <see cref="BodyBytes"/> can be set to, in MiB.</summary>
    public const int LargestBody = 1024;

    /// <summary>The most that <see cref="ObjectBytes"/> can be set to, in MiB: what the archive holds.</summary>
    public const int LargestObject = 64;

    public static readonly AnswerLimits Default = new();

    /// <summary>
    /// Of an answer that is held whole (discovery, schemas, one object, the answer to a write), in bytes; a larger one is
    /// <see cref="ClusterFailure.TooLarge"/>. Default 64 MiB.
    /// </summary>
    public long BodyBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Of one object in a list, in bytes; a list skips a larger one and reports it. Default 16 MiB, well above what etcd
    /// stores (1.5 MiB unless its <c>--max-request-bytes</c> is raised).
    /// A list holds at most this and a little more in memory.
    /// </summary>
    public int ObjectBytes { get; init; } = 16 << 20;

    /// <summary>How deep an object in a list may be nested, itself counted. Default 1,000: what readers of objects understand.</summary>
    public int ObjectDepth { get; init; } = 1_000;

    /// <summary>
    /// How many bytes of a list may arrive without the end of an object before the list fails, so that skipping an endless object ends.
    /// </summary>
    internal long BetweenObjects => 256L * ObjectBytes;

    /// <param name="body">MiB, from 1 to <see cref="LargestBody"/>; null: the default.</param>
    /// <param name="ofObject">MiB, from 1 to <see cref="LargestObject"/>; null: the default.</param>
    public static AnswerLimits OfMebibytes(int? body, int? ofObject) =>
        new()
        {
            BodyBytes = body is { } b ? (long)b << 20 : Default.BodyBytes,
            ObjectBytes = ofObject is { } o ? o << 20 : Default.ObjectBytes,
        };
}
