namespace Holdfast.Simulator.Objects;

/// <summary>A cluster's clock and generated names. Thread-safe.</summary>
/// <param name="random">Seeded, it makes uids and generated names repeatable for a single client.</param>
internal sealed class Identifiers(TimeProvider time, Random random)
{
    // Without vowels and look-alikes, as the real server's.
    private const string SuffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    private readonly Lock gate = new();

    /// <summary>The current time in Kubernetes' format.</summary>
    public string Now() => time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    public string Uid()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (gate)
            random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    public string Suffix(int length = 5)
    {
        lock (gate)
            return string.Create(length, random, static (text, chance) => chance.GetItems(SuffixAlphabet.AsSpan(), text));
    }

    public int Next(int below)
    {
        lock (gate)
            return random.Next(below);
    }
}
