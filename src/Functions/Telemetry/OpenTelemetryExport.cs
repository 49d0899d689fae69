using Holdfast.Functions.Settings;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Holdfast.Functions.Telemetry;

/// <summary>
/// Sends traces, metrics and logs out over OTLP, to where the <c>OTEL_EXPORTER_OTLP_*</c> variables say; without an endpoint nothing is
/// recorded at all. What is measured says itself by <see cref="System.Diagnostics"/> alone, under names that begin with <c>Holdfast</c>.
/// </summary>
internal static class OpenTelemetryExport
{
    private const string Ours = "Holdfast.*";

    /// <summary>The requests to stores, as the runtime's HTTP client reports them.</summary>
    private const string Requests = "System.Net.Http";

    /// <returns>To be disposed when the app ends: what is still kept goes out then. Null: nothing is sent.</returns>
    public static IDisposable? Start(IHostApplicationBuilder builder, AppSettings settings)
    {
        if (!settings.Telemetry)
            return null;
        var resource = ResourceBuilder
            .CreateDefault()
            .AddService(settings.ServiceName, serviceVersion: typeof(OpenTelemetryExport).Assembly.GetName().Version?.ToString());
        // The exporter of logs asks the application's configuration where the others ask the environment themselves.
        builder.Configuration.AddEnvironmentVariables();
        builder.Logging.AddOpenTelemetry(logs => logs.SetResourceBuilder(resource).AddOtlpExporter());
        return new Exports(
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Ours, Requests).AddOtlpExporter().Build(),
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Ours, Requests).AddOtlpExporter().Build()
        );
    }

    private sealed class Exports(TracerProvider traces, MeterProvider metrics) : IDisposable
    {
        public void Dispose()
        {
            traces.Dispose();
            metrics.Dispose();
        }
    }
}
