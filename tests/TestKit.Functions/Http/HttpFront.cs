using System.Net;
using Holdfast.TestKit.Functions.Protocol;
using Holdfast.TestKit.Functions.Workers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Holdfast.TestKit.Functions.Http;

/// <summary>
/// Takes HTTP requests for the app's functions as the Functions host does: the invocation goes over gRPC, the request itself is forwarded
/// to the worker by the same library with the same transformer, so headers arrive as in production.
/// </summary>
internal static class HttpFront
{
    /// <summary>The Functions host's limit of a request's body, in bytes.</summary>
    private const long MaxBody = 104_857_600;

    public static async Task<WebApplication> StartAsync(FunctionsHost host)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        var forwarding = new Forwarding(host, app.Services.GetRequiredService<IHttpForwarder>());
        foreach (var function in host.Functions.Values.Where(function => function.IsHttp))
            app.MapMethods(
                $"{host.App.RoutePrefix}/{function.Route}",
                function.Methods,
                context => forwarding.InvokeAsync(function, context)
            );
        app.Lifetime.ApplicationStopped.Register(forwarding.Dispose);
        await app.StartAsync();
        return app;
    }

    private sealed class Forwarding(FunctionsHost host, IHttpForwarder forwarder) : IDisposable
    {
        private readonly HttpMessageInvoker client = new(new WorkerHttpHandler());

        public async Task InvokeAsync(WorkerFunction function, HttpContext context)
        {
            var request = host.Request(function, new TypedData { Http = new RpcHttp() });
            foreach (var (name, value) in context.Request.RouteValues)
                request.TriggerMetadata[name] = new TypedData { String = value as string ?? "" };
            context.Request.Headers["x-ms-invocation-id"] = request.InvocationId;
            var worker = await host.WorkerAsync();
            var invocation = worker.InvokeAsync(request);
            await forwarder.SendAsync(context, worker.HttpAddress, client, ForwarderRequestConfig.Empty, HttpTransformer.Default);
            await ReportAsync(function, invocation);
        }

        public void Dispose() => client.Dispose();

        /// <summary>The response has gone out by now: a failed invocation can only be logged.</summary>
        private async Task ReportAsync(WorkerFunction function, Task<InvocationResponse> invocation)
        {
            try
            {
                if ((await invocation).Result is { Status: not StatusResult.Types.Status.Success } failed)
                    host.Log.Add("host", $"{function.Name} failed: {failed.Exception?.Message}");
            }
            catch (WorkerProcessExitException ended)
            {
                host.Log.Add("host", $"{function.Name} failed: {ended.Message}");
            }
        }
    }
}
