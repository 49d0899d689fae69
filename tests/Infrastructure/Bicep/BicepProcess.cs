using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.Infrastructure.Tests.Bicep;

/// <summary>
/// Microsoft's compiler, asked over JSON-RPC: one process for all questions, since most of its time goes into starting. Thread-safe;
/// questions wait for each other.
/// </summary>
internal sealed class BicepProcess : IDisposable
{
    public static readonly string Program = typeof(BicepProcess)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "Bicep")
        .Value!;

    private readonly Process process = Process.Start(
        new ProcessStartInfo(Program, ["jsonrpc", "--stdio"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        }
    )!;
    private readonly SemaphoreSlim turn = new(1, 1);
    private int last;

    /// <returns>The result.</returns>
    public async Task<JsonObject> AskAsync(string method, JsonObject parameters)
    {
        await turn.WaitAsync();
        try
        {
            var question = new JsonObject
            {
                ["jsonrpc"] = "2.0",
                ["id"] = ++last,
                ["method"] = method,
                ["params"] = new JsonArray(parameters),
            };
            await WriteAsync(Encoding.UTF8.GetBytes(question.ToJsonString()));
            var answer = JsonNode.Parse(await ReadAsync())!.AsObject();
            return answer["result"] as JsonObject ?? throw new InvalidOperationException($"{method}: {answer.ToJsonString()}");
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
        turn.Dispose();
    }

    private async Task WriteAsync(byte[] body)
    {
        var input = process.StandardInput.BaseStream;
        await input.WriteAsync(Encoding.ASCII.GetBytes($"Content-Length: {body.Length}\r\n\r\n"));
        await input.WriteAsync(body);
        await input.FlushAsync();
    }

    private async Task<byte[]> ReadAsync()
    {
        var length = 0;
        while (await HeaderAsync() is { Length: > 0 } header)
            if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(header["Content-Length:".Length..], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
        var body = new byte[length];
        await process.StandardOutput.BaseStream.ReadExactlyAsync(body);
        return body;
    }

    private async Task<string> HeaderAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await process.StandardOutput.BaseStream.ReadAsync(one) == 1 && one[0] != '\n')
            line.Append((char)one[0]);
        return line.ToString().TrimEnd('\r');
    }
}
