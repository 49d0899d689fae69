using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Holdfast.Archive.Stores;
using Holdfast.AzureCloud.Blobs;
using Holdfast.AzureCloud.Credentials;
using Holdfast.AzureCloud.Disks;
using Holdfast.AzureCloud.ManagedClusters;
using Holdfast.AzureCloud.Resources;
using Holdfast.Control;
using Holdfast.Control.Connecting;
using Holdfast.Functions.Access;
using Holdfast.Functions.App;
using Holdfast.Functions.Hosting;
using Holdfast.Functions.Settings;
using Holdfast.Functions.Tests.Api;
using Holdfast.Orchestrations;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore.PlanDocuments;
using Holdfast.TaskHub;
using Holdfast.TaskHub.Execution;
using Holdfast.TestKit.Arm;
using Microsoft.AspNetCore.Builder;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Functions.Tests.Regions;

/// <summary>
/// The app as one region runs it: vault, control container and hub in folders, clusters opened by their registrations, Azure asked over its
/// API. One that is disposed and started again on the same folders continues, as a process does that was killed.
/// </summary>
internal sealed class RegionApp : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly RegisteredClusters clusters;
    private readonly HoldfastApp app;
    private EmbeddedHub hub = null!;
    private WebApplication web = null!;

    private RegionApp(DirectoryInfo folder, ArmServer azure, RegionVault? vault)
    {
        var time = TimeProvider.System;
        var client = new ResourceClient(time, azure.Url, new AnyIdentity(), new HttpClientTransport(azure.Handler()));
        var control = new FolderDocuments(Path.Combine(folder.FullName, "control"), time);
        var access = new RegistrationAccess { LocalEndpoints = true, CredentialFolders = ["/"] };
        clusters = new(control, access, AzureCredentials.Of(access, time, new AnyIdentity(), resources: client), time);
        var aks = new AksClusters(client, time);
        var container = vault is null ? null : BlobVaults.ClientOf(vault.Url, vault.Connection);
        var images = vault is null ? null : new DiskImages(client, container, time, vault.Access);
        var environment = new RunEnvironment(
            clusters.OpenAsync,
            vault is null
                ? new FolderStore(Path.Combine(folder.FullName, "vault"), time)
                : BlobVaults.Open(vault.Url, VaultUse.Write, vault.Connection),
            control,
            time
        )
        {
            Stopping = stopping.Token,
            PlanKey = PlanKey.Of(new string('k', PlanKey.ShortestSecret)),
            Infrastructure = aks.ReadAsync,
            Limits = RunLimits.Default with { Volumes = new() { Pause = TimeSpan.FromMilliseconds(100) } },
            Providers = [aks],
            Disks = new AzureDisks(client),
            NewDisks = new NewAzureDisks(client, container),
            Transfers = images is null ? [new DiskCopies(client)] : [new DiskCopies(client), images],
        };
        var settings = new AppSettings(name => name is "HOLDFAST_VAULT" or "HOLDFAST_CONTROL" ? $"folder of {name}" : null);
        app = new(settings, environment, [], time, NullLoggerFactory.Instance);
    }

    public static Task<RegionApp> StartAsync(DirectoryInfo folder, ArmServer azure, RegionVault? vault = null) =>
        StartAsync(folder, azure, HoldfastTasks.Register, TimeProvider.System, vault);

    /// <param name="time">Of the engine's timers.</param>
    /// <param name="vault">In blob storage; null: a folder.</param>
    public static async Task<RegionApp> StartAsync(
        DirectoryInfo folder,
        ArmServer azure,
        Action<DurableTaskRegistry> register,
        TimeProvider time,
        RegionVault? vault = null
    )
    {
        var started = new RegionApp(folder, azure, vault);
        var registry = new DurableTaskRegistry();
        register(registry);
        started.hub = await EmbeddedHub.StartAsync(
            Path.Combine(folder.FullName, "hub.db"),
            new RegistryExecutor(registry, new Services(started.app), PayloadConverter.Instance, NullLoggerFactory.Instance),
            PayloadConverter.Instance,
            new() { StopPatience = TimeSpan.FromMilliseconds(1) },
            time,
            NullLoggerFactory.Instance,
            default
        );
        started.app.Engine = started.hub.Client;
        started.web = WebHost.Builder(0, 4 << 20).Build();
        started.web.Run(WebHost.Api(started.app, new Authenticator.OfPlatform(), Routes.All, started.web.Services));
        await started.web.StartAsync();
        return started;
    }

    public async Task<JsonObject> SendAsync(HttpMethod method, string path, string? body, HttpStatusCode expected, string role = "Admin")
    {
        using var client = new HttpClient { BaseAddress = new(web.Urls.First()) };
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add(PlatformPrincipal.Header, ApiBench.Principal(role));
        request.Headers.TryAddWithoutValidation("If-None-Match", method == HttpMethod.Put ? "*" : null);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>Until a run has ended, or the other task has.</summary>
    /// <returns>Its report; null: the other was first.</returns>
    public async Task<JsonObject?> ReportAsync(string run, Task other)
    {
        var ended = hub.Client.WaitForInstanceCompletionAsync(run, stopping.Token);
        if (await Task.WhenAny(ended, other) != ended)
            return null;
        Assert.True((await ended).RuntimeStatus == OrchestrationRuntimeStatus.Completed, (await ended).FailureDetails?.ToString());
        return await SendAsync(HttpMethod.Get, $"/api/runs/{run}/report", null, HttpStatusCode.OK);
    }

    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync();
        var stopped = hub.DisposeAsync();
        await stopping.CancelAsync();
        await stopped;
        await clusters.DisposeAsync();
        await app.DisposeAsync();
    }

    private sealed class Services(HoldfastApp app) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(RunWorkspace) ? app.Workspace : null;
    }

    private sealed class AnyIdentity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext context, CancellationToken cancellation) =>
            new("token", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext context, CancellationToken cancellation) =>
            new(GetToken(context, cancellation));
    }
}

/// <summary>A vault in blob storage.</summary>
/// <param name="Access">Reads the content of disks.</param>
internal sealed record RegionVault(Uri Url, string Connection, BlobClientOptions Access);
