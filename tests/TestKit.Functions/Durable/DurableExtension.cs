using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Host.Config;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// IWebHookProvider is "not ready for public consumption", but the extension doesn't start without one.
#pragma warning disable CS0618

namespace Holdfast.TestKit.Functions.Durable;

/// <summary>
/// The Durable Functions extension itself, in a WebJobs host of this process, on Azure Storage: what production runs, with every task
/// forwarded to the worker. It uses the app's host.json, except for the task hub's name and the polling interval of queues. Another one
/// with the same store and hub continues where this one stopped.
/// </summary>
public sealed class DurableExtension(string storage, string hub) : IDurableEngine
{
    private const string Section = "AzureWebJobs",
        DurableTask = $"{Section}:extensions:durableTask";
    private IHost? jobs;

    public async Task<string> StartAsync(FunctionsHost host)
    {
        var built = Build(host);
        try
        {
            await built.StartAsync();
        }
        catch
        {
            built.Dispose();
            throw;
        }
        jobs = built;
        return await ClientBindingAsync(built.Services.GetRequiredService<IJobHost>());
    }

    public async ValueTask DisposeAsync()
    {
        if (jobs is null)
            return;
        await jobs.StopAsync();
        jobs.Dispose();
    }

    private IHost Build(FunctionsHost host) =>
        new HostBuilder()
            .UseEnvironment(Environments.Development)
            .ConfigureLogging(logging => logging.AddProvider(host.Log))
            .ConfigureWebJobs(builder => builder.AddAzureStorageCoreServices().AddDurableTask())
            // After the WebJobs host has added this process's environment: it must not count.
            .ConfigureAppConfiguration(settings =>
                settings.AddInMemoryCollection(host.App.HostSettings(Section)).AddInMemoryCollection(Overrides())
            )
            .ConfigureServices(services =>
                services
                    .AddSingleton(host)
                    .AddSingleton<ITypeLocator>(new ForwarderType(host.Functions.Values))
                    .AddSingleton<IWebHookProvider, NoWebHooks>()
            )
            .Build();

    private Dictionary<string, string?> Overrides() =>
        new()
        {
            ["AzureWebJobsStorage"] = storage,
            ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
            ["WEBSITE_HOSTNAME"] = "127.0.0.1:1",
            // Set in some containers, and then taken for a sign of Azure's own: every event would be written to stdout.
            ["CONTAINER_NAME"] = "",
            [$"{DurableTask}:hubName"] = hub,
            [$"{DurableTask}:storageProvider:maxQueuePollingInterval"] = "00:00:00.2",
        };

    private static async Task<string> ClientBindingAsync(IJobHost host)
    {
        var received = new TaskCompletionSource<string>();
        await host.CallAsync(ForwarderType.ClientFunction, new Dictionary<string, object> { ["received"] = received });
        return await received.Task;
    }

    /// <summary>The extension asks for the address of its management API, which no test calls.</summary>
    private sealed class NoWebHooks : IWebHookProvider
    {
        public Uri GetUrl(IExtensionConfigProvider extension) => new("http://127.0.0.1:1/runtime/webhooks/durabletask?code=none");
    }
}
