using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Holdfast.Orchestrations.Tests.Runs;

/// <summary>
/// Sees the size of everything that orchestrations and activities of this process are given and give, by its type, until it is disposed.
/// </summary>
internal sealed class LargestPayload : IDisposable
{
    private readonly ConcurrentDictionary<string, long> largest = [];
    private readonly MeterListener listener = new();

    public LargestPayload()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == PayloadSize.InstrumentName)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (_, bytes, tags, _) => largest.AddOrUpdate((string)tags[0].Value!, bytes, (_, before) => Math.Max(before, bytes))
        );
        listener.Start();
    }

    public IEnumerable<string> Types => largest.Keys;

    public void AssertBounded() =>
        Assert.All(largest, seen => Assert.True(seen.Value <= PayloadSize.Longest, $"a {seen.Key} had {seen.Value} bytes"));

    public void Dispose() => listener.Dispose();
}
