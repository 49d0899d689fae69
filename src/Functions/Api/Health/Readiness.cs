using Holdfast.Archive.Format;
using Holdfast.Control;

namespace Holdfast.Functions.Api.Health;

/// <summary>
/// Whether the vault and the control container answer. Anybody may ask, so that what was found is told again for a few seconds, and of many
/// who ask at once one look is taken: probes and strangers cost the stores one question each in that time. Thread-safe.
/// </summary>
internal sealed class Readiness(HoldfastApp app)
{
    /// <summary>How long what was found is told again.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private Task<HealthCheck[]>? look;
    private DateTimeOffset found;

    /// <summary>Whoever stops waiting stops no look that others wait for.</summary>
    public Task<HealthCheck[]> LookAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (look is null || (look.IsCompleted && (app.Time.GetUtcNow() - found).Duration() >= Kept))
                look = BothAsync();
            return look.WaitAsync(cancellation);
        }
    }

    private async Task<HealthCheck[]> BothAsync()
    {
        await Task.Yield();
        var (vault, control) = (app.Environment.Vault, app.Environment.Control);
        var checks = await Task.WhenAll(
            CheckAsync("vault", stop => vault.ReadAsync(VaultPaths.Marker, null, stop)),
            CheckAsync("control", stop => FirstAsync(control, stop))
        );
        lock (gate)
            found = app.Time.GetUtcNow();
        return checks;
    }

    private async Task<HealthCheck> CheckAsync(string name, Func<CancellationToken, Task> ask)
    {
        using var stop = new CancellationTokenSource(Patience, app.Time);
        try
        {
            await ask(stop.Token);
            return new(name, true, null);
        }
        catch (OperationCanceledException)
        {
            return new(name, false, $"no answer within {Patience.TotalSeconds} seconds");
        }
#pragma warning disable CA1031 // Whatever a check runs into is what readiness has to report.
        catch (Exception e)
        {
            return new(name, false, e.Message);
        }
#pragma warning restore CA1031
    }

    private static async Task FirstAsync(IDocumentStore control, CancellationToken cancellation)
    {
        await foreach (var _ in control.ListAsync(ControlPaths.Policies, null, cancellation))
            return;
    }
}
