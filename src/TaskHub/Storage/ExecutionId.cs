namespace Holdfast.TaskHub.Storage;

/// <summary>
/// Distinguishes the executions of one instance id: each start and each continuation as new has its own, unique across files.
/// </summary>
internal static class ExecutionId
{
    public static string Of(InstanceRow instance) => Of(instance.Key, instance.Generation, instance.Created);

    public static string Of(long key, int generation, long created)
    {
        var bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes, created);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), (int)key);
        BitConverter.TryWriteBytes(bytes.AsSpan(12), generation);
        return new Guid(bytes).ToString("N");
    }
}
