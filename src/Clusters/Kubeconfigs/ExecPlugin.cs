using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>
/// Runs a credential plugin when credentials are needed, keeps them until they expire or are refused, and never runs the plugin twice at
/// once. Its standard error is passed through to the user; its standard output is never shown.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle isn't used has nothing to dispose.")]
internal sealed class ExecPlugin(ExecSpec spec, byte[]? cluster, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The user may have to open a browser and sign in.</summary>
    private static readonly TimeSpan InteractivePatience = TimeSpan.FromMinutes(5);

    /// <summary>A credential that expires this soon counts as expired: it must outlast the request.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim running = new(1, 1);
    private volatile ExecCredential? last;

    public async ValueTask<string?> TokenAsync(bool renew, CancellationToken cancellation) => (await GetAsync(renew, cancellation)).Token;

    public async ValueTask<X509Certificate2?> CertificateAsync(bool renew, CancellationToken cancellation) =>
        (await GetAsync(renew, cancellation)).Certificate;

    private async ValueTask<ExecCredential> GetAsync(bool renew, CancellationToken cancellation)
    {
        if (!renew && Usable(last) is { } kept)
            return kept;
        await running.WaitAsync(cancellation);
        try
        {
            return (renew ? null : Usable(last)) ?? (last = await RunAsync(cancellation));
        }
        finally
        {
            running.Release();
        }
    }

    private ExecCredential? Usable(ExecCredential? credential) =>
        credential is null || credential.Expires - Margin <= time.GetUtcNow() ? null : credential;

    private async Task<ExecCredential> RunAsync(CancellationToken cancellation)
    {
        var interactive = spec.Interaction != ExecInteraction.Never && !Console.IsInputRedirected;
        if (spec.Interaction == ExecInteraction.Always && !interactive)
            throw Failure(
                "needs a terminal to prompt on, but there is none. Run holdfast in a terminal, or use credentials that need no sign-in"
            );
        using var deadline = new CancellationTokenSource(interactive ? InteractivePatience : Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        using var process = Start(interactive);
        try
        {
            if (!interactive)
                process.StandardInput.Close();
            var output = await process.StandardOutput.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0
                ? ExecCredential.Parse(output, spec)
                : throw Failure(
                    $"failed with exit code {process.ExitCode}; its output is on standard error. Run it by hand, or sign in again"
                );
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw Failure("didn't answer in time. Run it by hand to see what it is waiting for");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private Process Start(bool interactive)
    {
        var start = new ProcessStartInfo(spec.Command, spec.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardInput = !interactive,
        };
        foreach (var (name, value) in spec.Environment)
            start.Environment[name] = value;
        start.Environment["KUBERNETES_EXEC_INFO"] = ExecInfo.Document(spec, interactive, cluster);
        try
        {
            return Process.Start(start) ?? throw Failure("did not start");
        }
        catch (Win32Exception e)
        {
            throw Failure($"can't be run ({e.Message}). {spec.InstallHint ?? "Install it, or put it on the PATH"}", e);
        }
    }

    private ClusterException Failure(string what, Exception? inner = null) => ExecCredential.Failure(spec, what, inner);
}
