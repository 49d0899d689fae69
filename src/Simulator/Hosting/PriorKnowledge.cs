using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Holdfast.Simulator.Hosting;

/// <summary>
/// Detects HTTP/2 by a connection's first bytes. Kestrel chooses by TLS' ALPN only, so a connection that begins with HTTP/2's preface is
/// presented as if ALPN had selected it.
/// </summary>
internal static class PriorKnowledge
{
    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0"u8;

    public static ConnectionDelegate DetectAsync(ConnectionDelegate next) =>
        async connection =>
        {
            if (await BeginsWithPrefaceAsync(connection))
            {
                var negotiated = new Http2Negotiated();
                connection.Features.Set<ITlsConnectionFeature>(negotiated);
                connection.Features.Set<ITlsApplicationProtocolFeature>(negotiated);
            }
            await next(connection);
        };

    private static async Task<bool> BeginsWithPrefaceAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(connection.ConnectionClosed);
            var isPreface = Compare(read.Buffer);
            input.AdvanceTo(read.Buffer.Start, isPreface is null ? read.Buffer.End : read.Buffer.Start);
            if (isPreface is not null || read.IsCompleted)
                return isPreface ?? false;
        }
    }

    /// <returns>Null: too few bytes to decide.</returns>
    private static bool? Compare(ReadOnlySequence<byte> buffer)
    {
        Span<byte> first = stackalloc byte[(int)Math.Min(buffer.Length, Preface.Length)];
        buffer.Slice(0, first.Length).CopyTo(first);
        if (!Preface.StartsWith(first))
            return false;
        return first.Length == Preface.Length ? true : null;
    }

    private sealed class Http2Negotiated : ITlsConnectionFeature, ITlsApplicationProtocolFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
            Task.FromResult<X509Certificate2?>(null);
    }
}
