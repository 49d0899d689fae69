using System.Text;
using Holdfast.Cli.Errors;

namespace Holdfast.Cli.Connections;

/// <summary>What is piped into this program.</summary>
internal static class StandardInput
{
    /// <param name="limit">In bytes.</param>
    /// <exception cref="UsageException">It is longer, or isn't text.</exception>
    public static async Task<string> ReadTextAsync(int limit, CancellationToken cancellation)
    {
        await using var input = Console.OpenStandardInput();
        var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await input.ReadAsync(buffer, cancellation)) > 0)
        {
            if (bytes.Length + read > limit)
                throw new UsageException($"the standard input is longer than {limit >> 20} MiB");
            bytes.Write(buffer, 0, read);
        }
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(
                bytes.GetBuffer(),
                0,
                (int)bytes.Length
            );
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException("the standard input isn't text in UTF-8");
        }
    }
}
