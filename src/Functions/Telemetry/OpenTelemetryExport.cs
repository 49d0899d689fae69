using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Holdfast.Functions.Settings;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Holdfast.Functions.Telemetry;

/// <summary>
/// Sends traces, metrics and logs out over OTLP, to where the <c>OTEL_EXPORTER_OTLP_*</c> variables say, and to Application Insights where
/// its connection string is set; without either nothing is recorded at all. What is measured says itself by <see
/// cref="System.Diagnostics"/> alone, under names that begin with <c>Holdfast</c>.
/// </summary>
internal static class OpenTelemetryExport
{
    private const string Ours = "Holdfast.*";

    /// <summary>The requests to stores, as the runtime's HTTP client reports them.</summary>
    private const string Requests = "System.Net.Http";

    /// <param name="logsGoElsewhere">Application Insights has the logs already, from the Functions host.</param>
    /// <returns>To be disposed when the app ends: what is still kept goes out then. Null: nothing is sent.</returns>
    public static IDisposable? Start(IHostApplicationBuilder builder, AppSettings settings, bool logsGoElsewhere)
    {
        if (!settings.Telemetry)
            return null;
        var resource = ResourceBuilder
            .CreateDefault()
            .AddService(settings.ServiceName, serviceVersion: typeof(OpenTelemetryExport).Assembly.GetName().Version?.ToString());
        // The exporter of logs asks the application's configuration where the others ask the environment themselves.
        builder.Configuration.AddEnvironmentVariables();
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(resource);
            if (settings.Otlp)
                logs.AddOtlpExporter();
            if (settings.InsightsConnection is not null && !logsGoElsewhere)
                logs.AddAzureMonitorLogExporter(options => Set(options, settings));
        });
        return new Exports(Traces(settings, resource), Metrics(settings, resource));
    }

    private static TracerProvider Traces(AppSettings settings, ResourceBuilder resource)
    {
        var traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(Ours, Requests);
        if (settings.Otlp)
            traces.AddOtlpExporter();
        if (settings.InsightsConnection is not null)
            traces.AddAzureMonitorTraceExporter(options => Set(options, settings));
        return traces.Build();
    }

    private static MeterProvider Metrics(AppSettings settings, ResourceBuilder resource)
    {
        var metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Ours, Requests);
        if (settings.Otlp)
            metrics.AddOtlpExporter();
        if (settings.InsightsConnection is not null)
            metrics.AddAzureMonitorMetricExporter(options => Set(options, settings));
        return metrics.Build();
    }

    /// <summary>Nothing is kept on disk: what can't be sent within the exporter's retries is lost.</summary>
    private static void Set(AzureMonitorExporterOptions options, AppSettings settings)
    {
        options.ConnectionString = settings.InsightsConnection;
        options.DisableOfflineStorage = true;
        if (settings.InsightsSignsIn)
            options.Credential = new DefaultAzureCredential(
                new DefaultAzureCredentialOptions { ExcludeInteractiveBrowserCredential = true }
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
