using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Health;

/// <summary>
/// Whether the vault and the control container answer, and whether the key is at hand where points are encrypted. Every caller may ask,
/// so that what was found is repeated for a few seconds, and of many who ask at once one look is taken: probes and strangers cost the
/// stores one question each in that time. Thread-safe.
/// </summary>
internal sealed class Readiness(Func<RunEnvironment> environment, TimeProvider time)
{
    /// <summary>How long what was found is repeated.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private Task<HealthCheck[]>? look;
    private DateTimeOffset found;

    /// <summary>A caller that stops waiting doesn't stop the check for others.</summary>
    public Task<HealthCheck[]> LookAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (look is null || (look.IsCompleted && (time.GetUtcNow() - found).Duration() >= Kept))
                look = AllAsync();
            return look.WaitAsync(cancellation);
        }
    }

    private async Task<HealthCheck[]> AllAsync()
    {
        await Task.Yield();
        var (vault, control) = (environment().Vault, environment().Control);
        var checks = await Task.WhenAll(
            CheckAsync("vault", stop => vault.ReadAsync(VaultPaths.Marker, null, stop)),
            CheckAsync("control", stop => FirstAsync(control, stop))
        );
        if (checks[0].Works)
            checks = await WithEncryptionAsync(checks, vault);
        lock (gate)
            found = time.GetUtcNow();
        return checks;
    }

    /// <summary>Where nothing is encrypted, nothing is said of it.</summary>
    private async Task<HealthCheck[]> WithEncryptionAsync(HealthCheck[] checks, IBlobStore vault)
    {
        VaultEncryption? current = null;
        var check = await CheckAsync("encryption", async stop => current = await VaultKeys.Of(vault).CurrentAsync(stop));
        return check.Works && current is null ? checks : [.. checks, check];
    }

    private async Task<HealthCheck> CheckAsync(string name, Func<CancellationToken, Task> ask)
    {
        using var stop = new CancellationTokenSource(Patience, time);
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
