using System.Runtime.InteropServices;
using Holdfast.Machine.Processes;

namespace Holdfast.Functions.Hosting;

/// <summary>Takes SIGTERM and SIGINT as a request to stop in good order; a second one ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>As shells say it of a process that a signal ended.</summary>
    private const int Interrupted = 130;

    private readonly TaskCompletionSource received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action onFirst;
    private readonly PosixSignalRegistration[] registrations;
    private int count;

    public StopSignals(Action onFirst)
    {
        this.onFirst = onFirst;
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        ];
    }

    /// <summary>Completes with the first signal.</summary>
    public Task Received => received.Task;

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref count) > 1)
            ProcessEnd.AtOnce(Interrupted);
        received.TrySetResult();
        onFirst();
    }
}
