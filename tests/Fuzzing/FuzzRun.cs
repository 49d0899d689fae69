using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using Holdfast.TestKit.Files;

namespace Holdfast.Fuzzing.Tests;

/// <summary>
/// Reads inputs on a thread of its own, whose stack is that of the smallest thread the product runs on, and looks at what happens: an
/// exception that isn't a refusal, no end within <see cref="Limit"/>, or more memory than the target's bound. A stack that overflows ends
/// the process: the input is then in <c>artifacts/fuzz/TARGET.running</c>.
/// </summary>
internal sealed class FuzzRun(FuzzTarget target) : IDisposable
{
    /// <summary>No input is longer than 256 KiB: what takes this long has no end, or one in the square of its length.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The stack of .NET's threads on a system whose limit says nothing else.</summary>
    private const int StackBytes = 3 << 19;

    private const int HeaderBytes = sizeof(int);

    private static readonly string Folder = RepositoryFiles.Path("artifacts/fuzz");

    private readonly string running = Path.Combine(Directory.CreateDirectory(Folder).FullName, $"{target.Name}.running");
    private MemoryMappedViewAccessor? view;
    private MemoryMappedFile? file;

    /// <summary>Reads inputs until there are no more, or one is a fault.</summary>
    /// <returns>What is wrong, with the file that has the input; null: nothing is.</returns>
    public string? All(IEnumerable<byte[]> inputs)
    {
        using var began = new SemaphoreSlim(0);
        var (current, fault, done) = (Array.Empty<byte>(), (string?)null, 0L);
        var thread = new Thread(
            () =>
            {
                // what is made once for all inputs, such as serializers, is no input's
                foreach (var seed in target.Seeds)
                    _ = FaultOf(seed);
                foreach (var input in inputs)
                {
                    current = input;
                    Note(input);
                    fault = FaultOf(input);
                    Interlocked.Increment(ref done);
                    if (fault is not null)
                        return;
                }
            },
            StackBytes
        )
        {
            IsBackground = true,
        };
        thread.Start();
        for (var before = -1L; !thread.Join(Limit); before = Interlocked.Read(ref done))
        {
            if (before == Interlocked.Read(ref done))
                return Kept(current, string.Create(CultureInfo.InvariantCulture, $"it doesn't end within {Limit.TotalSeconds} s"));
        }
        return fault is null ? null : Kept(current, fault);
    }

    public void Dispose()
    {
        view?.Dispose();
        file?.Dispose();
        File.Delete(running);
    }

    private string? FaultOf(byte[] input)
    {
        var prepared = target.Prepare?.Invoke(input) ?? input;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var thrown = Record.Exception(() => target.Read(prepared));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (thrown is not null && !target.Refuses(thrown))
            return $"it ends in {thrown}";
        var most = target.FixedBytes + (target.BytesPerByte * prepared.Length);
        return allocated <= most ? null : $"its {prepared.Length} bytes made it allocate {allocated}, more than the {most} of its bound";
    }

    private void Note(byte[] input)
    {
        file ??= MemoryMappedFile.CreateFromFile(running, FileMode.Create, null, HeaderBytes + Mutator.Longest);
        view ??= file.CreateViewAccessor();
        view.Write(0, input.Length);
        view.WriteArray(HeaderBytes, input, 0, Math.Min(input.Length, Mutator.Longest));
    }

    private string Kept(byte[] input, string fault)
    {
        var name = Path.Combine(Folder, $"{target.Name}-{Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 4))}.bin");
        File.WriteAllBytes(name, input);
        return $"{target.Name}: {fault}{Environment.NewLine}The input is in {name}. Keep it in tests/Fuzzing/Corpus/{target.Name}";
    }
}
