using Holdfast.Archive.Format;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Routing;
using Holdfast.Protection.Control;

namespace Holdfast.Functions.Api.Health;

/// <summary>Whether the app works, for probes that sign in nowhere: they learn no more than that.</summary>
internal static class HealthRoutes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static readonly ApiRoute Live = new("GET", "/health/live", "health.live", "Whether the app answers", Roles.None, _ => Task.FromResult(Give(new(true, []))))
    {
        Gives = [new(200, "It does", ApiJson.Plain.HealthDocument)],
    };

    public static readonly ApiRoute Ready = new("GET", "/health/ready", "health.ready", "Whether the app can work: its settings, the vault, the control container", Roles.None, ReadyAsync)
    {
        Gives = [new(200, "It can", ApiJson.Plain.HealthDocument), new(503, "It can't; signed-in readers are told why", ApiJson.Plain.HealthDocument)],
    };

    private static async Task<Answer> ReadyAsync(ApiRequest request)
    {
        HealthCheck[] checks = request.App.Works
            ? await Task.WhenAll(
                CheckAsync("vault", request, async stop => await request.App.Environment.Vault.ReadAsync(VaultPaths.Marker, null, stop)),
                CheckAsync("control", request, async stop => await FirstAsync(request.App.Environment.Control, stop)))
            : [new("settings", false, Told(request, () => request.App.Environment))];
        return Give(new(checks.All(c => c.Works), checks));
    }

    private static async Task<HealthCheck> CheckAsync(string name, ApiRequest request, Func<CancellationToken, Task> ask)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Cancellation);
        stop.CancelAfter(Patience);
        try
        {
            await ask(stop.Token);
            return new(name, true, null);
        }
        catch (ArchiveException e)
        {
            return new(name, false, MayKnow(request) ? e.Message : null);
        }
        catch (OperationCanceledException) when (!request.Cancellation.IsCancellationRequested)
        {
            return new(name, false, MayKnow(request) ? $"no answer within {Patience.TotalSeconds} seconds" : null);
        }
    }

    private static async Task FirstAsync(IDocumentStore control, CancellationToken cancellation)
    {
        await foreach (var _ in control.ListAsync(ControlPaths.Policies, null, cancellation))
            return;
    }

    private static string? Told(ApiRequest request, Func<object> ask)
    {
        try
        {
            return ask().ToString();
        }
        catch (AppFaultException e)
        {
            return MayKnow(request) ? e.Message : null;
        }
    }

    private static bool MayKnow(ApiRequest request) => request.Anybody?.Has(Roles.AnyReader) == true;

    private static Answer Give(HealthDocument health) => Answer.Of(health.Works ? 200 : 503, health, ApiJson.Plain.HealthDocument);
}

internal sealed record HealthDocument(bool Works, IReadOnlyList<HealthCheck> Checks);

/// <param name="Message">What is wrong; null: nothing, or the caller is nobody that is known.</param>
internal sealed record HealthCheck(string Name, bool Works, string? Message);
