using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Machine.Files;

namespace Holdfast.Control;

/// <summary>
/// Lets one writer of a path work at a time, over all processes of the machine: each holds a lock file open, which the system closes for it
/// when it dies.
/// </summary>
/// <param name="folder">Of the lock files, below the root.</param>
internal sealed class WriteTurns(RealFolder root, string folder, TimeProvider time)
{
    /// <summary>Paths share locks: more files would only be litter.</summary>
    private const int Locks = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Within this process writers queue; only the first in the queue asks the file system.</summary>
    private readonly SemaphoreSlim[] queues = [.. Enumerable.Range(0, Locks).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for the turn; disposing what it gives ends it.</summary>
    /// <exception cref="IOException">Another process has kept the turn for half a minute.</exception>
    public async Task<IDisposable> TakeAsync(string path, CancellationToken cancellation)
    {
        var number = SHA256.HashData(Encoding.UTF8.GetBytes(path))[0] % Locks;
        await queues[number].WaitAsync(cancellation);
        try
        {
            return new Turn(await LockAsync(number.ToString("D2", CultureInfo.InvariantCulture), cancellation), queues[number]);
        }
        catch
        {
            queues[number].Release();
            throw;
        }
    }

    private async Task<FileStream> LockAsync(string name, CancellationToken cancellation)
    {
        var locks = root.FolderOf(folder);
        OwnerOnly.CreateFolder(locks);
        var file = Path.Combine(locks, name);
        for (var start = time.GetTimestamp(); ; )
        {
            try
            {
                return OwnerOnly.OpenAlone(file);
            }
            catch (IOException e) when (IsTaken(e))
            {
                if (time.GetElapsedTime(start) >= Patience)
                    throw new IOException($"another process has held {file} for {Patience.TotalSeconds} s", e);
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    /// <summary>EWOULDBLOCK of Linux and of macOS, and Windows' sharing violation.</summary>
    private static bool IsTaken(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private sealed class Turn(FileStream held, SemaphoreSlim queue) : IDisposable
    {
        public void Dispose()
        {
            held.Dispose();
            queue.Release();
        }
    }
}
