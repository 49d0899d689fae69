using System.Diagnostics.Metrics;
using System.Text;

namespace Holdfast.Orchestrations;

/// <summary>
/// How large inputs, outputs, events and statuses are. An engine puts what is longer than a message aside and gets it back, but keeps it in
/// a history that it reads again in each episode: what may grow beyond <see cref="Longest"/> belongs into a store, and its name into the
/// payload. A longer one is measured and travels all the same, since to refuse it would lose the run.
/// </summary>
public static class PayloadSize
{
    /// <summary>Bytes of JSON in UTF-8.</summary>
    public const int Longest = 32 << 10;

    public const string MeterName = Runs.RunTelemetry.Name;
    public const string InstrumentName = "holdfast.durable.payload.size";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Histogram<long> Sizes = Meter.CreateHistogram<long>(
        InstrumentName,
        "By",
        "Inputs, outputs, events and statuses of orchestrations and activities, as JSON"
    );

    /// <returns>The text.</returns>
    internal static string Measured(string text, Type type)
    {
        if (Sizes.Enabled)
            Sizes.Record(Encoding.UTF8.GetByteCount(text), KeyValuePair.Create<string, object?>("type", type.Name));
        return text;
    }
}
