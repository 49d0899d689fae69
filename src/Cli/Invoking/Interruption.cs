using System.Runtime.InteropServices;
using Holdfast.Cli.Errors;
using Holdfast.Machine.Processes;

namespace Holdfast.Cli.Invoking;

/// <summary>
/// Turns the first SIGINT or SIGTERM into a cancellation, so that the verb can stop at a safe place and say how to resume; a second one
/// ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;
    private int signals;

    public Interruption() =>
        registrations = [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        ];

    public CancellationToken Token => source.Token;

    public bool Requested => source.IsCancellationRequested;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref signals) > 1)
            ProcessEnd.AtOnce((int)ExitCode.Cancelled);
        source.Cancel();
    }
}
