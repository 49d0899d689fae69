namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>
/// Writers that create, change and delete objects of built-in and custom types in several namespaces without pause, until disposed.
/// </summary>
internal sealed class Churn : IAsyncDisposable
{
    private const int Writers = 4;
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] writers;
    private long writes;

    private Churn(RawApi api, string ns) => writers = [.. Enumerable.Range(0, Writers).Select(i => WriteAsync(api, $"{ns}-{i}"))];

    public long Writes => Interlocked.Read(ref writes);

    /// <summary>Makes the custom type and the namespaces, and begins.</summary>
    public static async Task<Churn> StartAsync(RawApi api, string ns)
    {
        await CustomType.CreateAsync(api, "gadgets");
        for (var i = 0; i < Writers; i++)
            await api.CreateAsync(
                "/api/v1/namespaces",
                $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{ns}}}-{{{i}}}"}}"""
            );
        var churn = new Churn(api, ns);
        await churn.MovedAsync(40);
        return churn;
    }

    /// <summary>Waits for so many more writes.</summary>
    public async Task MovedAsync(int more)
    {
        for (var target = Writes + more; Writes < target && !writers.Any(w => w.IsCompleted); )
            await Task.Delay(5);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        stop.Dispose();
    }

    private async Task WriteAsync(RawApi api, string ns)
    {
        var random = new Random(ns.Length);
        var (maps, gadgets) = ($"/api/v1/namespaces/{ns}/configmaps", $"/apis/{CustomType.Group}/v1/namespaces/{ns}/gadgets");
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await api.CreateAsync(
                maps,
                $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"map-{{{i}}}"},"data":{"i":"{{{i}}}"}}"""
            );
            await api.CreateAsync(
                gadgets,
                $$$"""{"apiVersion":"{{{CustomType.Group}}}/v1","kind":"Gadget","metadata":{"name":"gadget-{{{i}}}"},"spec":"""
                    + $$$"""{"size":{{{i}}}}}"""
            );
            var old = random.Next(i + 1);
            await api.SendAsync(
                HttpMethod.Patch,
                $"{maps}/map-{old}",
                $$$"""{"data":{"changed":"{{{i}}}"}}""",
                "application/merge-patch+json"
            );
            if (i > 30)
            {
                await api.DeleteAsync($"{maps}/map-{i - 30}");
                await api.DeleteAsync($"{gadgets}/gadget-{i - 30}");
            }
            Interlocked.Add(ref writes, 4);
        }
    }
}
